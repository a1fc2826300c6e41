//! The local archive: what was said, kept on disk and readable offline.
