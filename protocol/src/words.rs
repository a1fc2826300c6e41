//! The words of a text, for the index of words: what makes two writings of a word the same, and where words part.
//!
//! FTS5's `unicode61` folds case and Latin accents by itself. It does not know that Arabic is written with vowel marks or
//! without, with several forms of one letter, and with the article joined to the word; nor that Chinese and its neighbours
//! put no spaces between words. A trigram index would find what stands within a word in any script, but no word of two
//! characters, which most Chinese words are, at twice the size. So texts are prepared here, and what is searched for in
//! the same way. A change of this needs a migration that makes the index anew.

/// The words of a text with spaces between, each as it is looked up.
pub fn words_of(text: &str) -> String {
    let mut words = Words { done: String::with_capacity(text.len() + 8), word_start: 0 };
    for c in text.strip_prefix("\u{1}ACTION ").unwrap_or(text).chars() {
        match c {
            _ if is_arabic_or_hebrew_mark(c) => {}
            _ if stands_alone(c) => words.add_alone(c),
            _ if c.is_alphanumeric() || is_accent(c) => words.done.push(plain_letter(c)),
            _ => words.end_word(),
        }
    }
    words.end_word();
    words.done
}

/// What a person typed, as an FTS5 query: all these words, each possibly longer than typed. Nothing typed is an operator.
/// `None` where there is no word in it.
pub fn query_of(typed: &str) -> Option<String> {
    let mut query = String::new();
    for typed in typed.split_whitespace() {
        let words = words_of(typed);
        let Some(last) = words.split_whitespace().next_back() else { continue };
        // One letter begins far too many words.
        let mut chars = last.chars();
        let is_beginning = chars.next().is_some_and(|c| !stands_alone(c)) && chars.next().is_some();
        query.push_str(if query.is_empty() { "\"" } else { " \"" });
        query.push_str(words.trim_end());
        query.push_str(if is_beginning { "\"*" } else { "\"" });
    }
    Some(query).filter(|query| !query.is_empty())
}

/// The words so far.
struct Words {
    done: String,
    /// Where the word that is being read begins.
    word_start: usize,
}

impl Words {
    fn end_word(&mut self) {
        let word = &self.done[self.word_start..];
        if word.is_empty() {
            return;
        }
        let article_bytes = word.len() - without_article(word).len();
        self.done.replace_range(self.word_start..self.word_start + article_bytes, "");
        self.done.push(' ');
        self.word_start = self.done.len();
    }

    fn add_alone(&mut self, c: char) {
        self.end_word();
        self.done.extend([c, ' ']);
        self.word_start = self.done.len();
    }
}

/// A word without the article and what is joined to it, if enough is left to be a word ("light stemming" of Arabic).
fn without_article(word: &str) -> &str {
    let bare = word.strip_prefix('و').unwrap_or(word);
    let articles = ["ال", "بال", "كال", "فال", "لل"];
    let rest = articles.into_iter().find_map(|article| bare.strip_prefix(article));
    rest.filter(|rest| rest.chars().nth(1).is_some()).unwrap_or(word)
}

/// Vowel marks, and the stroke that only makes a word longer.
fn is_arabic_or_hebrew_mark(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}'
        | '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}'
        | '\u{6D6}'..='\u{6DC}' | '\u{6DF}'..='\u{6E4}' | '\u{6E7}' | '\u{6E8}' | '\u{6EA}'..='\u{6ED}')
}

/// One that stands behind its letter; the index takes it away.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// A letter whose other forms are written for it as often.
fn plain_letter(c: char) -> char {
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' => 'ي',
        'ة' => 'ه',
        'ک' => 'ك',
        other => other,
    }
}

/// Of a script that puts no spaces between words: each character is looked up for itself, and several as a phrase.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{E7F}' | '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
        && c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_part_and_lose_what_is_written_either_way() {
        for (text, words) in [
            ("Tea, or coffee?", "Tea or coffee "),
            ("\u{1}ACTION waves\u{1}", "waves "),
            ("كِتَابٌ جميـــل", "كتاب جميل "),
            ("والكتاب للأستاذ وإلى المدرسة", "كتاب استاذ والي مدرسه "),
            ("الله لله بال", "له لله بال "),
            ("我在李雷家 ok", "我 在 李 雷 家 ok "),
            ("שָׁלוֹם", "שלום "),
            ("\"a\" OR b*", "a OR b "),
            ("👋 …", ""),
        ] {
            assert_eq!(words_of(text), words, "{text}");
        }
    }

    #[test]
    fn what_is_typed_is_no_operator() {
        for (typed, query) in [
            ("fast", Some("\"fast\"*")),
            ("a b", Some("\"a\" \"b\"")),
            ("NEAR(tea words:x) \" OR -", Some("\"NEAR tea\"* \"words x\" \"OR\"*")),
            ("李雷", Some("\"李 雷\"")),
            ("👋 \"\"", None),
            ("", None),
        ] {
            assert_eq!(query_of(typed).as_deref(), query, "{typed}");
        }
    }
}
