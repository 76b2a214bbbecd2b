//! Words that stand for themselves, whatever a flow is doing: STOP and its like. They are the engine's, before the flow.

use serde::{Deserialize, Serialize};

/// What such a word asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyword {
    /// No more campaigns.
    Stop,
    /// The flow's while it has something open, else the same as [`Keyword::Stop`].
    Cancel,
    /// Campaigns again.
    Start,
    /// What is this?
    Help,
}

/// A language that keywords are confirmed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
    /// Portuguese.
    Portuguese,
    /// Hindi.
    Hindi,
    /// German.
    German,
}

use Keyword::{Cancel, Help, Start, Stop};
use Language::{English, German, Hindi, Portuguese, Spanish};

/// Words that mean nothing else, whoever writes them where. Those without a language are written everywhere.
const SURE: &[(&str, Keyword, Option<Language>)] = &[
    ("stop", Stop, None),
    ("stopall", Stop, None),
    ("stop all", Stop, None),
    ("arret", Stop, None),
    ("arrêt", Stop, None),
    ("start", Start, None),
    ("unstop", Start, None),
    ("help", Help, None),
    ("info", Help, None),
    ("unsubscribe", Stop, Some(English)),
    ("opt out", Stop, Some(English)),
    ("opt-out", Stop, Some(English)),
    ("optout", Stop, Some(English)),
    ("subscribe", Start, Some(English)),
    ("opt in", Start, Some(English)),
    ("opt-in", Start, Some(English)),
    ("optin", Start, Some(English)),
    ("dar de baja", Stop, Some(Spanish)),
    ("darme de baja", Stop, Some(Spanish)),
    ("suscribirme", Start, Some(Spanish)),
    ("ayuda", Help, Some(Spanish)),
    ("descadastrar", Stop, Some(Portuguese)),
    ("ajuda", Help, Some(Portuguese)),
    ("stopp", Stop, Some(German)),
    ("abmelden", Stop, Some(German)),
    ("abbestellen", Stop, Some(German)),
    ("abonnieren", Start, Some(German)),
    ("hilfe", Help, Some(German)),
    ("बंद करें", Stop, Some(Hindi)),
    ("बंद करो", Stop, Some(Hindi)),
    ("band karo", Stop, Some(Hindi)),
    ("मदद", Help, Some(Hindi)),
    ("सहायता", Help, Some(Hindi)),
];

/// Words that may mean something else: heard in shops of their language only, and while the flow has nothing open.
const LOCAL: &[(&str, Keyword, &[Language])] = &[
    ("end", Stop, &[English]),
    ("quit", Stop, &[English]),
    ("revoke", Stop, &[English]),
    ("cancel", Cancel, &[English]),
    ("alto", Stop, &[Spanish]),
    ("baja", Stop, &[Spanish]),
    ("detener", Stop, &[Spanish]),
    ("parar", Stop, &[Spanish, Portuguese]),
    ("alta", Start, &[Spanish]),
    ("suscribir", Start, &[Spanish]),
    ("cancelar", Cancel, &[Spanish, Portuguese]),
    ("sair", Stop, &[Portuguese]),
    ("pare", Stop, &[Portuguese]),
    ("inscrever", Start, &[Portuguese]),
    ("रोकें", Stop, &[Hindi]),
    ("रोको", Stop, &[Hindi]),
    ("बंद", Stop, &[Hindi]),
    ("band karen", Stop, &[Hindi]),
    ("शुरू", Start, &[Hindi]),
    ("शुरू करें", Start, &[Hindi]),
    ("shuru karo", Start, &[Hindi]),
    ("रद्द", Cancel, &[Hindi]),
    ("रद्द करें", Cancel, &[Hindi]),
    ("madad", Help, &[Hindi]),
    ("abbrechen", Cancel, &[German]),
    ("stornieren", Cancel, &[German]),
];

/// A keyword that was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// What it asks for.
    pub keyword: Keyword,
    /// The language to confirm it in.
    pub language: Language,
    /// Does the word mean nothing else? Another one is the flow's while it has something open, and on what it offers.
    pub sure: bool,
}

impl Keyword {
    /// The keyword that a whole message is in a shop of that locale (`pt-BR`), but for case, blanks and marks around it. A word
    /// that is asked as a question asks for help at most. A command (`/start`) asks for no campaigns: clients send it by
    /// themselves when a chat is opened. It is confirmed in its own language; a word that is written everywhere, or in
    /// the locale's language too, in that.
    pub fn heard(text: &str, locale: &str) -> Option<Heard> {
        let word = bare(text)?;
        let local = Language::of(locale);
        let usual = local.unwrap_or(English);
        let sure = SURE.iter().find(|(known, ..)| *known == word);
        let heard = match sure {
            Some((_, keyword, own)) => {
                Heard { keyword: *keyword, language: own.unwrap_or(usual), sure: true }
            }
            None => {
                let fits = |languages: &[Language]| languages.contains(&usual);
                let (_, keyword, _) =
                    LOCAL.iter().find(|(known, _, languages)| *known == word && fits(languages))?;
                Heard { keyword: *keyword, language: usual, sure: false }
            }
        };
        let asked = text.contains(['?', '؟', '？', '¿']);
        let commanded = text.trim_start().starts_with('/');
        ((!asked || heard.keyword == Help) && (!commanded || heard.keyword != Start)).then_some(heard)
    }
}

/// The longest keyword, generously: longer messages are not looked at.
const MOST: usize = 60;

/// A short message in small letters, its blanks single, without the marks around it.
fn bare(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > MOST {
        return None;
    }
    let text = text.trim_matches(|char: char| !char.is_alphanumeric());
    Some(text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
}

impl Language {
    /// The language of a locale such as `pt-BR`, if keywords are confirmed in it.
    pub fn of(locale: &str) -> Option<Self> {
        let code = locale.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        Some(match code.as_str() {
            "en" => English,
            "es" => Spanish,
            "pt" => Portuguese,
            "hi" => Hindi,
            "de" => German,
            _ => return None,
        })
    }

    /// What is answered to a keyword. `contact` says how a person is reached; without it help is not answered.
    pub fn confirmation(self, keyword: Keyword, shop: &str, contact: Option<&str>) -> Option<String> {
        Some(match keyword {
            Stop | Cancel => self.stopped(shop),
            Start => self.started(shop),
            Help => self.helped(shop, contact?),
        })
    }

    fn stopped(self, shop: &str) -> String {
        match self {
            English => format!("You will get no more offers from {shop}. Write START to get them again."),
            Spanish => {
                format!("Ya no recibirás más ofertas de {shop}. Escribe START para volver a recibirlas.")
            }
            Portuguese => {
                format!("Você não receberá mais ofertas de {shop}. Escreva START para voltar a recebê-las.")
            }
            Hindi => format!("अब आपको {shop} से कोई ऑफ़र नहीं मिलेगा। फिर से पाने के लिए START लिखें।"),
            German => {
                format!(
                    "Du bekommst keine Angebote mehr von {shop}. Schreib START, um sie wieder zu bekommen."
                )
            }
        }
    }

    fn started(self, shop: &str) -> String {
        match self {
            English => format!("You will get offers from {shop} again. Write STOP to end them."),
            Spanish => {
                format!("Volverás a recibir ofertas de {shop}. Escribe STOP para dejar de recibirlas.")
            }
            Portuguese => {
                format!("Você voltará a receber ofertas de {shop}. Escreva STOP para não recebê-las mais.")
            }
            Hindi => format!("अब आपको {shop} से फिर से ऑफ़र मिलेंगे। इन्हें बंद करने के लिए STOP लिखें।"),
            German => {
                format!("Du bekommst wieder Angebote von {shop}. Schreib STOP, um sie zu beenden.")
            }
        }
    }

    fn helped(self, shop: &str, contact: &str) -> String {
        match self {
            English => {
                format!("This is {shop}. You reach us at {contact}. Write STOP to get no more offers.")
            }
            Spanish => {
                format!(
                    "Somos {shop}. Nos encuentras en {contact}. Escribe STOP para no recibir más ofertas."
                )
            }
            Portuguese => {
                format!(
                    "Aqui é {shop}. Fale conosco em {contact}. Escreva STOP para não receber mais ofertas."
                )
            }
            Hindi => {
                format!("यह {shop} है। हमसे संपर्क करें: {contact}। ऑफ़र बंद करने के लिए STOP लिखें।")
            }
            German => {
                format!(
                    "Hier ist {shop}. Du erreichst uns unter {contact}. Schreib STOP, um keine Angebote mehr zu bekommen."
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn heard(text: &str, locale: &str) -> Option<Keyword> {
        Keyword::heard(text, locale).map(|heard| heard.keyword)
    }

    /// proves: CV-06
    #[rstest]
    #[case::plain("STOP", "en", Some(Stop))]
    #[case::with_marks(" *Stop!!* ", "en", Some(Stop))]
    #[case::quoted("\u{201c}stop\u{201d}.", "en", Some(Stop))]
    #[case::two_words("stop  ALL", "en", Some(Stop))]
    #[case::cancel("cancel", "en", Some(Cancel))]
    #[case::start("Start.", "en", Some(Start))]
    #[case::a_chat_is_opened("/start", "en", None)]
    #[case::a_chat_is_opened_loudly(" /START ", "de", None)]
    #[case::a_local_start_as_a_command("/alta", "es", None)]
    #[case::stop_as_a_command("/stop", "en", Some(Stop))]
    #[case::help_as_a_command("/help", "en", Some(Help))]
    #[case::unmistakable_elsewhere("Abmelden", "en", Some(Stop))]
    #[case::spanish("Dar de baja", "en", Some(Stop))]
    #[case::portuguese("SAIR", "pt-BR", Some(Stop))]
    #[case::hindi("बंद करें", "hi", Some(Stop))]
    #[case::hindi_with_a_danda("रोकें।", "hi", Some(Stop))]
    #[case::hindi_in_latin_letters("Band karo", "hi", Some(Stop))]
    #[case::start_in_hindi("शुरू करें", "hi", Some(Start))]
    #[case::help_in_german("Hilfe?", "en", Some(Help))]
    #[case::help_in_portuguese("ajuda", "de", Some(Help))]
    #[case::another_languages_word("alto", "en", None)]
    #[case::closed_perhaps("बंद?", "hi", None)]
    #[case::a_question("Baja?", "es", None)]
    #[case::to_book_perhaps("anmelden", "de", None)]
    #[case::within_a_sentence("please stop by", "en", None)]
    #[case::a_longer_word("stopping", "en", None)]
    #[case::nothing("", "en", None)]
    #[case::marks("!!!", "en", None)]
    #[case::endless(&"stop ".repeat(100), "en", None)]
    fn only_a_whole_message_is_a_keyword(
        #[case] text: &str,
        #[case] locale: &str,
        #[case] expected: Option<Keyword>,
    ) {
        assert_eq!(heard(text, locale), expected);
    }

    /// proves: CV-06
    #[rstest]
    #[case::everywhere("STOP", "de", German)]
    #[case::everywhere_with_a_region("STOP", "pt-BR", Portuguese)]
    #[case::everywhere_elsewhere("STOP", "fr", English)]
    #[case::the_words_own("abmelden", "en", German)]
    #[case::of_two_languages("parar", "pt", Portuguese)]
    #[case::of_the_other_of_two("parar", "es", Spanish)]
    #[case::of_a_language_without_a_wording("arrêt", "es", Spanish)]
    fn it_is_confirmed_in_its_language(#[case] text: &str, #[case] locale: &str, #[case] expected: Language) {
        assert_eq!(Keyword::heard(text, locale).map(|heard| heard.language), Some(expected));
    }

    const ALL: [(Language, &str); 5] =
        [(English, "en"), (Spanish, "es"), (Portuguese, "pt"), (Hindi, "hi"), (German, "de")];

    /// proves: CV-06
    #[test]
    fn every_language_has_a_word_for_everything() {
        for (language, _) in ALL {
            for keyword in [Stop, Start, Help] {
                let sure = SURE.iter().any(|(_, known, own)| *known == keyword && *own == Some(language));
                let local = LOCAL.iter().any(|(_, known, own)| *known == keyword && own.contains(&language));
                assert!(sure || local || language == English, "{language:?} {keyword:?}");
            }
        }
    }

    /// proves: CV-06
    #[test]
    fn every_confirmation_names_the_shop_and_the_way_back() {
        for (language, locale) in ALL {
            for (keyword, back) in [(Stop, "START"), (Cancel, "START"), (Start, "STOP"), (Help, "STOP")] {
                let said = language.confirmation(keyword, "Corner Shop", Some("5 Lane")).expect("words");
                assert!(
                    said.contains("Corner Shop") && said.contains(back),
                    "{language:?} {keyword:?}: {said}"
                );
                assert_eq!(said.contains("5 Lane"), keyword == Help, "{said}");
                assert_eq!(heard(&said, locale), None, "it would confirm itself: {said}");
            }
            assert_eq!(language.confirmation(Help, "Corner Shop", None), None);
        }
    }

    #[test]
    fn no_word_stands_for_two_things() {
        let mut words: Vec<_> = LOCAL.iter().map(|(word, ..)| *word).collect();
        words.extend(SURE.iter().map(|(word, ..)| *word));
        let known = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), known);
        let found = |word: &&str| ALL.iter().any(|(_, locale)| heard(word, locale).is_some());
        assert!(words.iter().all(found), "each is found as it is written");
    }
}
