//! TLS as any other program sees it: version, key exchange, keys, and what speaks inside.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use majlis_wire::{ClientTls, Fingerprint, Trust};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, NamedGroup, ProtocolVersion,
    SignatureScheme,
};

use crate::common::{Irc, LABELS, PATIENCE, Server, Wire, device};

/// Checks that the server holds the key it shows, and nothing more.
#[derive(Debug)]
struct AnyKey(CryptoProvider);

impl ServerCertVerifier for AnyKey {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("only TLS 1.3 is expected".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// A handshake by a program that offers these groups.
fn shake_hands(server: &Server, groups: Vec<&'static dyn SupportedKxGroup>) -> ClientConnection {
    let provider = CryptoProvider { kx_groups: groups, ..aws_lc_rs::default_provider() };
    let config = ClientConfig::builder_with_provider(Arc::new(provider.clone()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("the provider has suites for it")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyKey(provider)))
        .with_no_client_auth();
    let name = ServerName::try_from("majlis.example").expect("a name");
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = TcpStream::connect(server.address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut socket).unwrap();
    }
    connection
}

#[test]
fn keys_are_agreed_on_so_that_a_quantum_computer_does_not_help() {
    let server = Server::start();
    let connection = shake_hands(&server, aws_lc_rs::ALL_KX_GROUPS.to_vec());
    assert_eq!(connection.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    let group = connection.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, NamedGroup::X25519MLKEM768);
    let certificate = &connection.peer_certificates().unwrap()[0];
    assert_eq!(Fingerprint::from_certificate(certificate), Ok(server.fingerprint));
}

#[test]
fn programs_without_the_new_key_exchange_come_in_too() {
    let server = Server::start();
    for group in [aws_lc_rs::kx_group::X25519, aws_lc_rs::kx_group::SECP256R1] {
        let connection = shake_hands(&server, vec![group]);
        assert_eq!(connection.negotiated_key_exchange_group().unwrap().name(), group.name());
    }
}

/// The hello of a TLS 1.2 client: without `supported_versions`, so that 1.3 is not on offer (RFC 8446, 4.2.1).
fn hello_of_tls_1_2() -> Vec<u8> {
    let groups = [0, 10, 0, 4, 0, 2, 0, 0x17];
    let signatures = [0, 13, 0, 4, 0, 2, 4, 3];
    let extensions = [groups, signatures].concat();
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.push(0);
    body.extend([0, 2, 0xC0, 0x2B]);
    body.extend([1, 0]);
    body.extend([0, u8::try_from(extensions.len()).unwrap()]);
    body.extend(extensions);
    let length = u8::try_from(body.len()).unwrap();
    [vec![0x16, 3, 1, 0, length + 4, 1, 0, 0, length], body].concat()
}

#[test]
fn older_tls_is_refused_by_an_alert() {
    const ALERT: u8 = 21;
    const PROTOCOL_VERSION: u8 = 70;
    let server = Server::start();
    let mut socket = TcpStream::connect(server.address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.write_all(&hello_of_tls_1_2()).unwrap();
    let mut answer = Vec::new();
    match socket.read_to_end(&mut answer) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
        _ => {}
    }
    assert_eq!((answer.first(), answer.last()), (Some(&ALERT), Some(&PROTOCOL_VERSION)));
}

#[test]
fn a_pinned_key_that_is_another_gets_no_connection() {
    let server = Server::start();
    let pin = Trust::Pinned(device().fingerprint());
    let mut wire = Wire::tls_with(&server, &ClientTls::new(pin, None));
    assert_eq!(wire.read_to_end(), "");
    Irc::tls(&server, "ana", "", None);
}

#[test]
fn a_device_shows_its_key_and_others_need_none() {
    let server = Server::start();
    let device = device();
    Irc::tls(&server, "ana", LABELS, Some(&device)).join("#lobby");
    Irc::tls(&server, "bo", LABELS, None).join("#lobby");
}

#[test]
fn the_page_is_there_with_and_without_tls() {
    let server = Server::start();
    for is_encrypted in [true, false] {
        let mut wire = if is_encrypted { Wire::tls(&server, None) } else { Wire::plain(&server) };
        wire.send(b"GET / HTTP/1.1\r\nHost: majlis.example\r\n\r\n");
        let answer = wire.read_to_end();
        let (head, page) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        let length = format!("content-length: {}", page.len());
        assert!(head.to_lowercase().contains(&length), "{head}");
        assert!(page.contains("Majlis") && page.contains(&server.address.port().to_string()));
    }
}

#[test]
fn http_never_falls_back_to_the_plain_room() {
    let server = Server::start();
    for (request, status) in [
        ("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", "404"),
        ("POST / HTTP/1.1\r\nHost: x\r\n\r\n", "405"),
        ("GET gibberish\r\n\r\n", "400"),
    ] {
        let mut wire = Wire::plain(&server);
        wire.send(request.as_bytes());
        let answer = wire.read_to_end();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}: {answer}");
        assert!(!answer.contains("Greetings"), "{answer}");
    }
}
