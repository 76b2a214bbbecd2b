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

/// Words that are written everywhere, and so tell no language.
const EVERYWHERE: &[(&str, Keyword)] = &[
    ("stop", Stop),
    ("stopall", Stop),
    ("stop all", Stop),
    ("start", Start),
    ("unstop", Start),
    ("help", Help),
    ("info", Help),
];

/// Words of every locale are heard in every locale: nobody who writes STOP means anything else.
const WORDS: &[(&str, Keyword, &[Language])] = &[
    ("unsubscribe", Stop, &[English]),
    ("opt out", Stop, &[English]),
    ("opt-out", Stop, &[English]),
    ("optout", Stop, &[English]),
    ("revoke", Stop, &[English]),
    ("end", Stop, &[English]),
    ("quit", Stop, &[English]),
    ("cancel", Cancel, &[English]),
    ("subscribe", Start, &[English]),
    ("opt in", Start, &[English]),
    ("opt-in", Start, &[English]),
    ("optin", Start, &[English]),
    ("alto", Stop, &[Spanish]),
    ("baja", Stop, &[Spanish]),
    ("dar de baja", Stop, &[Spanish]),
    ("darme de baja", Stop, &[Spanish]),
    ("detener", Stop, &[Spanish]),
    ("parar", Stop, &[Spanish, Portuguese]),
    ("cancelar", Cancel, &[Spanish, Portuguese]),
    ("alta", Start, &[Spanish]),
    ("suscribir", Start, &[Spanish]),
    ("suscribirme", Start, &[Spanish]),
    ("ayuda", Help, &[Spanish]),
    ("sair", Stop, &[Portuguese]),
    ("pare", Stop, &[Portuguese]),
    ("descadastrar", Stop, &[Portuguese]),
    ("remover", Stop, &[Portuguese]),
    ("voltar", Start, &[Portuguese]),
    ("inscrever", Start, &[Portuguese]),
    ("ajuda", Help, &[Portuguese]),
    ("रोकें", Stop, &[Hindi]),
    ("रोको", Stop, &[Hindi]),
    ("बंद", Stop, &[Hindi]),
    ("बंद करें", Stop, &[Hindi]),
    ("बंद करो", Stop, &[Hindi]),
    ("band karo", Stop, &[Hindi]),
    ("band karen", Stop, &[Hindi]),
    ("रद्द", Cancel, &[Hindi]),
    ("रद्द करें", Cancel, &[Hindi]),
    ("शुरू", Start, &[Hindi]),
    ("शुरू करें", Start, &[Hindi]),
    ("shuru karo", Start, &[Hindi]),
    ("मदद", Help, &[Hindi]),
    ("सहायता", Help, &[Hindi]),
    ("madad", Help, &[Hindi]),
    ("stopp", Stop, &[German]),
    ("abmelden", Stop, &[German]),
    ("abbestellen", Stop, &[German]),
    ("abbrechen", Cancel, &[German]),
    ("stornieren", Cancel, &[German]),
    ("starten", Start, &[German]),
    ("anmelden", Start, &[German]),
    ("hilfe", Help, &[German]),
    ("arret", Stop, &[]),
    ("arrêt", Stop, &[]),
    ("annuler", Cancel, &[]),
    ("aide", Help, &[]),
];

impl Keyword {
    /// The keyword that a whole message is, but for case, blanks and marks around it.
    pub fn of(text: &str) -> Option<Self> {
        Self::with_language(text, "en").map(|(keyword, _)| keyword)
    }

    /// The keyword, and the language to confirm it in: the word's own, where it has one; where several languages have the
    /// word, or it is written everywhere, the one of the locale (`pt-BR`), else English.
    pub fn with_language(text: &str, locale: &str) -> Option<(Self, Language)> {
        let word = bare(text)?;
        let usual = Language::of(locale);
        if let Some((_, keyword)) = EVERYWHERE.iter().find(|(known, _)| *known == word) {
            return Some((*keyword, usual.unwrap_or(English)));
        }
        let (_, keyword, languages) = WORDS.iter().find(|(known, ..)| *known == word)?;
        let language = match usual {
            Some(usual) if languages.contains(&usual) || languages.is_empty() => usual,
            _ => languages.first().copied().unwrap_or(English),
        };
        Some((*keyword, language))
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

    /// proves: CV-06
    #[rstest]
    #[case::plain("STOP", Some(Stop))]
    #[case::with_marks(" *Stop!!* ", Some(Stop))]
    #[case::quoted("\u{201c}stop\u{201d}.", Some(Stop))]
    #[case::two_words("stop  ALL", Some(Stop))]
    #[case::cancel("cancel", Some(Cancel))]
    #[case::start("Start.", Some(Start))]
    #[case::spanish("Dar de baja", Some(Stop))]
    #[case::portuguese("SAIR", Some(Stop))]
    #[case::hindi("बंद करें", Some(Stop))]
    #[case::hindi_with_a_danda("रोकें।", Some(Stop))]
    #[case::hindi_in_latin_letters("Band karo", Some(Stop))]
    #[case::german("Abmelden", Some(Stop))]
    #[case::help_in_german("Hilfe?", Some(Help))]
    #[case::help_in_portuguese("ajuda", Some(Help))]
    #[case::start_in_hindi("शुरू करें", Some(Start))]
    #[case::within_a_sentence("please stop by", None)]
    #[case::a_longer_word("stopping", None)]
    #[case::nothing("", None)]
    #[case::marks("!!!", None)]
    #[case::endless(&"stop ".repeat(100), None)]
    fn only_a_whole_message_is_a_keyword(#[case] text: &str, #[case] expected: Option<Keyword>) {
        assert_eq!(Keyword::of(text), expected);
    }

    /// proves: CV-06
    #[rstest]
    #[case::everywhere("STOP", "de", German)]
    #[case::everywhere_with_a_region("STOP", "pt-BR", Portuguese)]
    #[case::everywhere_elsewhere("STOP", "fr", English)]
    #[case::the_words_own("abmelden", "en", German)]
    #[case::of_two_languages("parar", "pt", Portuguese)]
    #[case::of_two_languages_elsewhere("parar", "en", Spanish)]
    #[case::of_a_language_without_a_wording("arrêt", "es", Spanish)]
    fn it_is_confirmed_in_its_language(#[case] text: &str, #[case] locale: &str, #[case] expected: Language) {
        assert_eq!(Keyword::with_language(text, locale).map(|(_, language)| language), Some(expected));
    }

    /// proves: CV-06
    #[test]
    fn every_confirmation_names_the_shop_and_the_way_back() {
        for language in [English, Spanish, Portuguese, Hindi, German] {
            for (keyword, back) in [(Stop, "START"), (Cancel, "START"), (Start, "STOP"), (Help, "STOP")] {
                let said = language.confirmation(keyword, "Corner Shop", Some("5 Lane")).expect("words");
                assert!(
                    said.contains("Corner Shop") && said.contains(back),
                    "{language:?} {keyword:?}: {said}"
                );
                assert_eq!(said.contains("5 Lane"), keyword == Help, "{said}");
                assert_eq!(Keyword::of(&said), None, "it would confirm itself: {said}");
            }
            assert_eq!(language.confirmation(Help, "Corner Shop", None), None);
        }
    }

    #[test]
    fn no_word_stands_for_two_things() {
        let mut words: Vec<_> = WORDS.iter().map(|(word, ..)| *word).collect();
        words.extend(EVERYWHERE.iter().map(|(word, _)| *word));
        let known = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), known);
        assert!(words.iter().all(|word| Keyword::of(word).is_some()), "each is found as it is written");
    }
}
