//! A picture that a phone reads a text from.

use gtk::gdk;
use gtk::glib;
use qrcode::{Color, QrCode};

/// How many pixels of the picture one module of the code takes on a side.
const MODULE: usize = 8;
/// How many modules stay white around the code (ISO/IEC 18004).
const QUIET: usize = 4;
const WHITE: u8 = 0xff;
const BLACK: u8 = 0;

/// Black on white, whatever the desktop's colours; `None` where the text is too long for any code.
pub(super) fn qr_code(text: &str) -> Option<gdk::MemoryTexture> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    let modules = code.width();
    let side = (modules + 2 * QUIET) * MODULE;
    let is_dark = |x: usize, y: usize| {
        let place = |pixel: usize| (pixel / MODULE).checked_sub(QUIET).filter(|&at| at < modules);
        place(x).zip(place(y)).is_some_and(|at| code[at] == Color::Dark)
    };
    let pixels = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    let bytes: Vec<u8> =
        pixels.flat_map(|(x, y)| [if is_dark(x, y) { BLACK } else { WHITE }; 3]).collect();
    let edge = i32::try_from(side).ok()?;
    let bytes = glib::Bytes::from_owned(bytes);
    Some(gdk::MemoryTexture::new(edge, edge, gdk::MemoryFormat::R8g8b8, &bytes, side * 3))
}

#[cfg(test)]
mod tests {
    use gtk::prelude::*;

    use super::*;

    #[test]
    fn a_link_makes_a_picture_and_a_book_does_not() {
        let picture = qr_code("majlis://majlis.local:33000/").expect("it is short");
        assert_eq!(picture.width(), picture.height());
        let side = usize::try_from(picture.width()).expect("a width is not negative");
        let modules = side / MODULE - 2 * QUIET;
        assert_eq!(modules % 4, 1, "a code of version v has 17 + 4 v modules");
        assert!(qr_code(&"x".repeat(10_000)).is_none());
    }
}
