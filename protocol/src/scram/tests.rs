//! The examples of RFC 7677 word for word, both sides against each other, and every way to cheat.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;

const UNBOUND: Binding = Binding::None { offered: false };
const SALT: &[u8] = b"sixteen bytes of";
const MATERIAL: ChannelBinding = [7; 32];

/// RFC 7677, section 3.
mod example {
    pub(super) const CLIENT_NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
    pub(super) const SERVER_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    pub(super) const CLIENT_FIRST: &[u8] = b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    pub(super) const SERVER_FIRST: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                                           s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    pub(super) const CLIENT_FINAL: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                                           p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    pub(super) const SERVER_FINAL: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
}

fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

fn verifier(text: &str) -> Arc<Verifier> {
    Verifier::derive(&password(text), SALT, LEAST_ITERATIONS).into()
}

/// A whole exchange; the server's verdict, then the client's.
fn sign_in(
    typed: &str,
    kept: &Arc<Verifier>,
    client_binding: Binding,
    server_binding: Binding,
) -> Result<(), ScramError> {
    let client = ClientStart::new("ana", "client", client_binding, LEAST_ITERATIONS);
    let server = ServerStart::new(client.message().as_bytes(), server_binding)?;
    assert_eq!(server.username(), "ana");
    let (server, challenge) = server.challenge(Arc::clone(kept), "server");
    let (client, proof) = client.prove(challenge.as_bytes(), &password(typed))?;
    let last = server.finish(proof.as_bytes())?;
    client.finish(last.as_bytes())
}

#[test]
fn the_server_follows_the_example_of_rfc_7677() {
    let salt = crate::base64::decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    let kept = Verifier::derive(&password("pencil"), &salt, 4096);
    let start = ServerStart::new(example::CLIENT_FIRST, UNBOUND).unwrap();
    assert_eq!(start.username(), "user");
    let (exchange, challenge) = start.challenge(kept.into(), example::SERVER_NONCE);
    assert_eq!(challenge, example::SERVER_FIRST);
    assert_eq!(
        exchange.finish(example::CLIENT_FINAL.as_bytes()).as_deref(),
        Ok(example::SERVER_FINAL)
    );
}

#[test]
fn the_client_follows_the_example_of_rfc_7677() {
    let binding = Binding::None { offered: true };
    let start = ClientStart::new("user", example::CLIENT_NONCE, binding, 4096);
    assert_eq!(start.message().as_bytes(), example::CLIENT_FIRST);
    let (exchange, proof) =
        start.prove(example::SERVER_FIRST.as_bytes(), &password("pencil")).unwrap();
    assert_eq!(proof, example::CLIENT_FINAL);
    assert_eq!(exchange.finish(example::SERVER_FINAL.as_bytes()), Ok(()));
}

#[test]
fn both_sides_agree_bound_and_unbound() {
    let kept = verifier("كلمة السر");
    assert_eq!(sign_in("كلمة السر", &kept, UNBOUND, UNBOUND), Ok(()));
    let bound = Binding::TlsExporter(MATERIAL);
    assert_eq!(sign_in("كلمة السر", &kept, bound, bound), Ok(()));
    // The client cannot bind; the server could.
    let cannot = Binding::None { offered: true };
    assert_eq!(sign_in("كلمة السر", &kept, cannot, cannot), Ok(()));
}

#[test]
fn a_wrong_password_is_refused() {
    assert_eq!(sign_in("roses", &verifier("tulips"), UNBOUND, UNBOUND), Err(ScramError::BadProof));
}

#[test]
fn no_password_fits_a_decoy() {
    let decoy = Arc::new(Verifier::decoy(b"secret", "ana", LEAST_ITERATIONS));
    assert_eq!(sign_in("ana", &decoy, UNBOUND, UNBOUND), Err(ScramError::BadProof));
    assert_eq!(*decoy, Verifier::decoy(b"secret", "ana", LEAST_ITERATIONS));
    assert_ne!(decoy.salt(), Verifier::decoy(b"secret", "bob", LEAST_ITERATIONS).salt());
    assert_ne!(decoy.salt(), Verifier::decoy(b"another", "ana", LEAST_ITERATIONS).salt());
    assert_eq!(decoy.salt().len(), SALT_BYTES);
}

#[test]
fn a_proof_relayed_over_another_connection_is_refused() {
    let kept = verifier("tulips");
    let (here, there) = (Binding::TlsExporter(MATERIAL), Binding::TlsExporter([8; 32]));
    assert_eq!(sign_in("tulips", &kept, there, here), Err(ScramError::BadBinding));
}

#[test]
fn a_client_that_was_kept_from_binding_is_refused() {
    let kept = verifier("tulips");
    let offered = Binding::None { offered: true };
    assert_eq!(sign_in("tulips", &kept, UNBOUND, offered), Err(ScramError::BadBinding));
    // Plus, without being bound; and bound, without plus.
    let bound = Binding::TlsExporter(MATERIAL);
    assert_eq!(sign_in("tulips", &kept, offered, bound), Err(ScramError::BadBinding));
    assert_eq!(sign_in("tulips", &kept, UNBOUND, bound), Err(ScramError::BadBinding));
    assert_eq!(sign_in("tulips", &kept, bound, offered), Err(ScramError::BadBinding));
}

#[test]
fn other_ways_to_bind_are_not_spoken() {
    let bound = Binding::TlsExporter(MATERIAL);
    for flag in ["p=tls-unique", "p=tls-server-end-point", "p=TLS-EXPORTER"] {
        let first = format!("{flag},,n=ana,r=x");
        assert_eq!(ServerStart::new(first.as_bytes(), bound).err(), Some(ScramError::BadBinding));
    }
}

#[test]
fn a_header_that_changed_is_noticed() {
    let kept = verifier("tulips");
    // Somebody in the middle turned the client's `y` into `n`, so that the server believes it could not bind.
    let client = ClientStart::new("ana", "c", UNBOUND, LEAST_ITERATIONS);
    let tampered = client.message().replacen("y,,", "n,,", 1);
    let server = ServerStart::new(tampered.as_bytes(), Binding::None { offered: true }).unwrap();
    let (server, challenge) = server.challenge(kept, "s");
    let (_, proof) = client.prove(challenge.as_bytes(), &password("tulips")).unwrap();
    assert_eq!(server.finish(proof.as_bytes()), Err(ScramError::BadMessage));
}

#[test]
fn too_few_rounds_are_refused_by_the_client() {
    let kept = verifier("tulips");
    let client = |least| ClientStart::new("ana", "c", UNBOUND, least);
    let start = ServerStart::new(client(1).message().as_bytes(), UNBOUND).unwrap();
    let (_, challenge) = start.challenge(kept, "s");
    let prove = |least| client(least).prove(challenge.as_bytes(), &password("tulips")).err();
    assert_eq!(prove(LEAST_ITERATIONS), None);
    assert_eq!(prove(LEAST_ITERATIONS + 1), Some(ScramError::BadIterations));
    for strange in ["i=4095", "i=10000001", "i=99999999999", "i=-1", "i=", "i=+5000"] {
        let challenge = challenge.replace("i=4096", strange);
        let error = client(1).prove(challenge.as_bytes(), &password("tulips")).err();
        assert_eq!(error, Some(ScramError::BadIterations), "{strange}");
    }
}

#[test]
fn a_server_that_does_not_know_the_password_is_noticed() {
    let kept = verifier("tulips");
    let client = ClientStart::new("ana", "c", UNBOUND, 1);
    let (_, challenge) =
        ServerStart::new(client.message().as_bytes(), UNBOUND).unwrap().challenge(kept, "s");
    let (client, _) = client.prove(challenge.as_bytes(), &password("tulips")).unwrap();
    let invented = format!("v={}", crate::base64::encode(&[9; 32]));
    assert_eq!(client.finish(invented.as_bytes()), Err(ScramError::BadProof));
}

#[test]
fn nonces_are_both_sides() {
    let client = || ClientStart::new("ana", "client", UNBOUND, 1);
    for nonce in ["client", "clien", "other-server", ""] {
        let challenge = format!("r={nonce},s=QSXCR+Q6sek8bf92,i=4096");
        let error = client().prove(challenge.as_bytes(), &password("x")).err();
        assert_eq!(error, Some(ScramError::BadMessage), "{nonce}");
    }
    let start = ServerStart::new(client().message().as_bytes(), UNBOUND).unwrap();
    let (server, challenge) = start.challenge(verifier("x"), "server");
    let (_, proof) = client().prove(challenge.as_bytes(), &password("x")).unwrap();
    let replayed = proof.replace("clientserver", "clientserves");
    assert_eq!(server.finish(replayed.as_bytes()), Err(ScramError::BadMessage));
}

#[test]
fn names_may_hold_commas_and_equals_signs() {
    let client = ClientStart::new("a,b=c", "r", UNBOUND, 1);
    assert_eq!(client.message(), "y,,n=a=2Cb=3Dc,r=r");
    let start = ServerStart::new(client.message().as_bytes(), UNBOUND).unwrap();
    assert_eq!(start.username(), "a,b=c");
    let start = ServerStart::new(b"n,a=bob,n=ana,r=r,x=y", UNBOUND).unwrap();
    assert_eq!((start.username(), start.authzid()), ("ana", Some("bob")));
}

#[test]
fn malformed_messages_are_refused() {
    for first in [
        &b""[..],
        b"n",
        b"n,",
        b"n,,",
        b"n,,n=,r=r",
        b"n,,n=a=b,r=r",
        b"n,,n=a=2c,r=r",
        b"n,,r=r,n=ana",
        b"n,,m=x,n=ana,r=r",
        b"n,,n=ana,r=r,m=x",
        b"n,,n=ana",
        b"n,,n=ana,r=",
        b"n,,n=ana,r=a\xC3\xA9",
        b"n,,n=ana,r=r,",
        b"n,b,n=ana,r=r",
        b"n,a=,n=ana,r=r",
        b"p=,,n=ana,r=r",
        b"z,,n=ana,r=r",
        b"n,,n=\xFF,r=r",
    ] {
        let error = ServerStart::new(first, UNBOUND).err();
        assert_eq!(error, Some(ScramError::BadMessage), "{}", first.escape_ascii());
    }
    let long = format!("n,,n=ana,r={}", "x".repeat(513));
    assert_eq!(ServerStart::new(long.as_bytes(), UNBOUND).err(), Some(ScramError::BadMessage));
    for last in
        ["", "c=biws", "c=biws,r=cs", "c=biws,r=cs,p=", "c=biws,r=cs,p=AAAA", "r=cs,c=biws,p=AAAA"]
    {
        let start = ServerStart::new(b"n,,n=ana,r=c", UNBOUND).unwrap();
        let (exchange, _) = start.challenge(verifier("x"), "s");
        assert_eq!(exchange.finish(last.as_bytes()), Err(ScramError::BadMessage), "{last}");
    }
}

#[test]
fn passwords_are_prepared_as_rfc_4013_says() {
    // Its section 3.
    for (typed, prepared) in [
        ("I\u{AD}X", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u{AA}", "a"),
        ("\u{2168}", "IX"),
    ] {
        assert_eq!(password(typed), password(prepared), "{typed:?}");
    }
    for typed in ["\u{7}", "\u{627}\u{31}", "a\nb"] {
        assert_eq!(Password::new(typed), Err(PasswordError::Forbidden), "{typed:?}");
    }
    assert_eq!(Password::new(""), Err(PasswordError::Empty));
    assert_eq!(Password::new("\u{AD}"), Err(PasswordError::Empty));
    assert!(Password::new(&"x".repeat(1024)).is_ok());
    assert_eq!(Password::new(&"x".repeat(1025)), Err(PasswordError::TooLong));
    assert_eq!(format!("{:?}", password("tulips")), "Password(…)");
}

#[test]
fn a_verifier_is_read_as_it_is_written() {
    let kept = verifier("tulips");
    let text = kept.to_string();
    assert!(text.starts_with("SCRAM-SHA-256$4096:c2l4dGVlbiBieXRlcyBvZg==$"), "{text}");
    assert_eq!(text.parse().as_ref(), Ok(&*kept));
    for (from, to) in
        [("SHA-256", "SHA-1"), ("4096", "4095"), ("4096:", "4096:="), ("$4096", ""), ("=", "")]
    {
        assert_eq!(text.replacen(from, to, 1).parse::<Verifier>(), Err(VerifierError), "{from}");
    }
    assert!(
        kept.is_same_password(&verifier("tulips")) && !kept.is_same_password(&verifier("roses"))
    );
    assert!(!format!("{kept:?}").contains('$'));
}

proptest! {
    #[test]
    fn nothing_that_is_said_panics(first in prop::collection::vec(any::<u8>(), 0..80), text in "[ncyrp=,a-z0-9+/]{0,60}") {
        for message in [&first[..], text.as_bytes()] {
            let _ = ServerStart::new(message, UNBOUND);
            let start = ServerStart::new(b"n,,n=ana,r=c", UNBOUND).unwrap();
            let decoy = Verifier::decoy(b"s", "n", 0);
            prop_assert!(start.challenge(decoy.into(), "s").0.finish(message).is_err());
            let client = ClientStart::new("ana", "client", UNBOUND, 1);
            prop_assert!(client.prove(message, &password("x")).is_err());
        }
    }
}
