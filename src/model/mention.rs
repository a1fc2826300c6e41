//! Whether words name somebody.

/// Whether `text` holds one of the names as a word of its own, however it is written; an empty one
/// is never named.
pub(super) fn names(text: &str, names: &[&str]) -> bool {
    let text = text.to_lowercase();
    names.iter().any(|name| holds_word(&text, &name.to_lowercase()))
}

fn holds_word(text: &str, word: &str) -> bool {
    !word.is_empty()
        && text.match_indices(word).any(|(start, _)| {
            let before = text[..start].chars().next_back();
            let after = text[start + word.len()..].chars().next();
            !before.is_some_and(belongs_to_a_word) && !after.is_some_and(belongs_to_a_word)
        })
}

fn belongs_to_a_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_name_is_found_as_a_word_however_it_is_written() {
        for text in ["ana", "Ana: tea?", "tea, ANA!", "(@ana)", "anatomy, ana"] {
            assert!(names(text, &["ana"]), "{text}");
        }
        for text in ["", "anatomy", "banana", "ana_", "an a"] {
            assert!(!names(text, &["ana"]), "{text}");
        }
    }

    #[test]
    fn any_script_and_any_of_the_names_will_do() {
        assert!(names("سلام يا هبة سليم", &["هبة_سليم", "هبة سليم"]));
        assert!(names("李雷 你好", &["李雷"]));
        assert!(names("ZOË?", &["zoë"]));
        assert!(!names("anything", &["", "x"]));
    }
}
