//! Tables and properties of fitting.

use rstest::rstest;

use super::*;
use crate::{
    Card, Link, Media, Person, Source, Template,
    capabilities::{CardLimit, ChoiceLimit, MediaLimit, TextLimit, TextUnit},
};

/// An imaginary channel that can do everything, a little.
fn rich(most: usize) -> Capabilities {
    let media = |kind, caption| MediaLimit { kind, bytes: 1000, caption };
    let choices = |most| Some(ChoiceLimit::new(most, 10, 20));
    Capabilities {
        quick_replies: choices(4),
        buttons: choices(3),
        list: choices(5),
        cards: Some(CardLimit { most: 2, title: 12, buttons: 2, button_title: 10 }),
        media: vec![media(MediaKind::Image, 50), media(MediaKind::Audio, 0)],
        location: true,
        templates: true,
        ..plain(most)
    }
}

fn plain(most: usize) -> Capabilities {
    Capabilities::text_only(most, TextUnit::Bytes)
}

fn quick_only(most: usize) -> Capabilities {
    Capabilities { quick_replies: rich(most).quick_replies, ..plain(most) }
}

fn choices(titles: &[&str]) -> Vec<Choice> {
    titles.iter().enumerate().map(|(at, title)| Choice::new(format!("p{at}"), *title)).collect()
}

fn buttons(text: &str, titles: &[&str]) -> Content {
    Content::Buttons { text: text.into(), choices: choices(titles) }
}

fn quick(text: &str, titles: &[&str]) -> Content {
    Content::QuickReplies { text: text.into(), choices: choices(titles) }
}

fn list(text: &str, titles: &[&str]) -> Content {
    Content::List { text: text.into(), button: "Open".into(), choices: choices(titles) }
}

fn image(url: &str) -> Media {
    Media::remote(MediaKind::Image, url)
}

fn video(url: &str) -> Media {
    Media::remote(MediaKind::Video, url)
}

fn sound(url: &str) -> Media {
    Media::remote(MediaKind::Audio, url)
}

fn media_of(media: &[Media], text: Option<&str>) -> Content {
    Content::Media { media: media.to_vec(), text: text.map(str::to_owned) }
}

fn stored(bytes: u64) -> Media {
    Media {
        kind: MediaKind::Image,
        source: Source::Stored { hash: "ab".into(), mime: "image/png".into(), bytes },
    }
}

fn place() -> Content {
    Content::Location { latitude_e6: 52_520_008, longitude_e6: -404_954, name: Some("Shop".into()) }
}

fn template() -> Content {
    Content::Template(Template::new("hello", "en"))
}

fn tap() -> Content {
    Content::Tap { payload: "p".into(), title: "t".into() }
}

fn coat(choices: Vec<Choice>) -> Card {
    Card {
        title: "Winter coat, blue".into(),
        subtitle: Some("Warm".into()),
        image: Some("https://shop.test/coat.png".into()),
        opens: Some("https://shop.test/coat".into()),
        links: vec![Link { title: "See it here".into(), url: "https://shop.test/c".into() }],
        choices,
    }
}

/// Pieces as a reader sees them: `text`, `text [a|b]`, `<image> text`.
fn show(pieces: &[Content]) -> Vec<String> {
    let title = |one: &Choice| match &one.description {
        Some(line) => format!("{}/{line}", one.title),
        None => one.title.clone(),
    };
    let titles = |choices: &[Choice]| choices.iter().map(title).collect::<Vec<_>>().join("|");
    let card = |card: &Card| {
        let links: Vec<_> = card.links.iter().map(|link| link.title.clone()).collect();
        format!("{}({};{})", card.title, links.join("|"), titles(&card.choices))
    };
    let piece = |piece: &Content| match piece {
        Content::Text { text } => text.clone(),
        Content::Buttons { text, choices } => format!("{text} [{}]", titles(choices)),
        Content::QuickReplies { text, choices } => format!("{text} ({})", titles(choices)),
        Content::List { text, button, choices } => format!("{text} {button}>[{}]", titles(choices)),
        Content::Media { media, text } => {
            let kinds: Vec<_> = media.iter().map(|medium| format!("{:?}", medium.kind)).collect();
            format!("<{}>{}", kinds.join(","), text.clone().unwrap_or_default())
        }
        Content::Cards { cards } => cards.iter().map(card).collect::<Vec<_>>().join(" "),
        Content::Location { name, .. } => format!("@{}", name.clone().unwrap_or_default()),
        Content::Template(template) => format!("template {}", template.name),
        Content::People { people } => people.iter().map(|person| format!("+{}", person.name)).collect(),
        Content::Tap { .. } | Content::Unsupported { .. } | Content::Basket { .. } | Content::Form { .. } => {
            "not sendable".into()
        }
    };
    pieces.iter().map(piece).collect()
}

/// proves: CV-09
#[rstest]
#[case::short("Hello", &["Hello"])]
#[case::blanks_at_the_ends("  Hello \n", &["Hello"])]
#[case::exactly_the_limit("12345678901234567890", &["12345678901234567890"])]
#[case::at_a_paragraph("Hello there.\n\nOne two three", &["Hello there.", "One two three"])]
#[case::at_a_line("Hello you there\nOne two three", &["Hello you there", "One two three"])]
#[case::at_a_sentence("How are you? I am fine now", &["How are you?", "I am fine now"])]
#[case::at_a_word("one two three four five", &["one two three four", "five"])]
#[case::at_the_limit_itself("abcdefghij klmnopqrs tuv", &["abcdefghij klmnopqrs", "tuv"])]
#[case::an_early_pause_is_better_than_a_broken_word("See: https://a.test/123456", &["See:", "https://a.test/123456"])]
#[case::within_a_word("123456789012345678901234", &["12345678901234567890", "1234"])]
#[case::never_within_a_character("ééééééééééé", &["éééééééééé", "é"])]
#[case::never_within_a_sign("12👩‍👩‍👧👩‍👩‍👧", &["12👩‍👩‍👧", "👩‍👩‍👧"])]
#[case::right_to_left("שלום לכם היום", &["שלום לכם", "היום"])]
#[case::without_blanks("你好。今天好吗？", &["你好。", "今天好吗？"])]
#[case::zero_bytes("a\0b", &["ab"])]
fn a_text_is_split_where_it_pauses(#[case] text: &str, #[case] expected: &[&str]) {
    let expected: Vec<_> = expected.iter().map(|piece| (*piece).to_owned()).collect();
    let most = if text.starts_with("See") { 21 } else { 20 };
    assert_eq!(split(text, TextLimit { most, unit: TextUnit::Bytes }), expected);
}

/// proves: CV-09
#[test]
fn characters_are_counted_where_the_channel_counts_them() {
    let limit = TextLimit { most: 20, unit: TextUnit::Characters };
    assert_eq!(split(&"é".repeat(20), limit).len(), 1);
    assert_eq!(split(&"é".repeat(21), limit).len(), 2);
    let limit = TextLimit { most: 20, unit: TextUnit::Utf16 };
    assert_eq!(split(&"é".repeat(20), limit).len(), 1);
    assert_eq!(split(&"😀".repeat(10), limit).len(), 1);
    assert_eq!(split(&"😀".repeat(11), limit).len(), 2);
}

/// proves: CV-09
#[test]
fn an_endless_text_ends_with_an_ellipsis() {
    let pieces = split(&"word ".repeat(20_000), TextLimit { most: 1000, unit: TextUnit::Bytes });
    assert_eq!(pieces.len(), PIECES);
    assert!(pieces.last().is_some_and(|last| last.ends_with("word…")));
}

/// proves: CV-09, AD-05
#[rstest]
#[case::buttons(buttons("Q?", &["A", "B"]), rich(99), &["Q? [A|B]"])]
#[case::too_many_buttons(buttons("Q?", &["A", "B", "C", "D"]), rich(99), &["Q? (A|B|C|D)"])]
#[case::far_too_many(buttons("Q?", &["A", "B", "C", "D", "E"]), rich(99), &["Q? ☰>[A|B|C|D|E]"])]
#[case::too_many_for_all(buttons("Q?", &["A", "B", "C", "D", "E", "F"]), rich(99), &["Q?\n1. A\n2. B\n3. C\n4. D\n5. E\n6. F"])]
#[case::quick_replies(quick("Q?", &["A", "B"]), rich(99), &["Q? (A|B)"])]
#[case::no_buttons(buttons("Q?", &["A"]), quick_only(99), &["Q? (A)"])]
#[case::no_quick_replies(quick("Q?", &["A"]), Capabilities { quick_replies: None, ..rich(99) }, &["Q? [A]"])]
#[case::list(list("Q?", &["A", "B"]), rich(99), &["Q? Open>[A|B]"])]
#[case::no_list(list("Q?", &["A", "B"]), quick_only(99), &["Q? (A|B)"])]
#[case::no_list_and_too_many(list("Q?", &["A", "B", "C", "D", "E"]), quick_only(99), &["Q?\n1. A\n2. B\n3. C\n4. D\n5. E"])]
#[case::nothing_but_text(list("Q?", &["A", "B"]), plain(99), &["Q?\n1. A\n2. B"])]
#[case::long_title(quick("Q?", &["Tomorrow morning"]), rich(99), &["Q? (Tomorrow…)"])]
#[case::titles_alike_when_cut(quick("Q?", &["Tomorrow morning", "Tomorrow evening"]), rich(99), &["Q?\n1. Tomorrow morning\n2. Tomorrow evening"])]
#[case::title_without_words(quick("Q?", &[" "]), rich(99), &["Q?\n1. "])]
#[case::no_choices(quick("Q?", &[]), rich(99), &["Q?"])]
#[case::choices_on_the_last_piece(quick("One two three. Is it so?", &["A"]), rich(16), &["One two three.", "Is it so? (A)"])]
#[case::numbers_beside_the_last_piece(quick("One two three. So?", &["A"]), plain(16), &["One two three.", "So?\n1. A"])]
#[case::numbers_in_a_piece_of_their_own(quick("Is it so or not?", &["A"]), plain(16), &["Is it so or not?", "1. A"])]
#[case::image(media_of(&[image("https://a.test")], None), rich(99), &["<Image>"])]
#[case::caption(media_of(&[image("https://a.test")], Some("Look")), rich(99), &["<Image>Look"])]
#[case::long_caption(media_of(&[image("https://a.test")], Some("Look at this one, please")), rich(16), &["<Image>", "Look at this", "one, please"])]
#[case::no_caption(media_of(&[sound("https://a.test")], Some("Hear")), rich(99), &["<Audio>", "Hear"])]
#[case::several(media_of(&[image("https://a.test"), sound("https://b.test")], Some("Both")), rich(99), &["<Image>Both", "<Audio>"])]
#[case::a_link_instead(media_of(&[video("https://v.test")], Some("Look")), rich(99), &["Look\nhttps://v.test"])]
#[case::a_link_beside(media_of(&[video("https://v.test"), image("https://a.test")], None), rich(99), &["<Image>https://v.test"])]
#[case::stored(media_of(&[stored(1000)], None), rich(99), &["<Image>"])]
#[case::media_without_media(media_of(&[], Some("Look")), rich(99), &["Look"])]
#[case::cards(Content::Cards { cards: vec![coat(choices(&["Order this one"]))] }, rich(99), &["Winter…(See it…;Order…)"])]
#[case::many_cards(Content::Cards { cards: vec![coat(vec![]), coat(vec![]), coat(vec![])] }, rich(99), &["Winter…(See it…;) Winter…(See it…;)", "Winter…(See it…;)"])]
#[case::cards_with_many_buttons(Content::Cards { cards: vec![coat(choices(&["A", "B"]))] }, rich(199), &["Winter coat, blue\nWarm\nhttps://shop.test/coat\nSee it here: https://shop.test/c\n1. A\n2. B"])]
#[case::cards_as_text(Content::Cards { cards: vec![
    Card { title: "One".into(), image: Some("https://i.test".into()), choices: choices(&["A"]), ..Card::default() },
    Card { title: "Two".into(), choices: choices(&["B"]), ..Card::default() },
] }, plain(99), &["One\nhttps://i.test\n1. A\n\nTwo\n2. B"])]
#[case::place(place(), rich(99), &["@Shop"])]
#[case::place_in_words(place(), plain(99), &["Shop\n52.520008, -0.404954"])]
#[case::template(template(), rich(99), &["template hello"])]
fn a_content_becomes_what_the_channel_shows(
    #[case] content: Content,
    #[case] channel: Capabilities,
    #[case] expected: &[&str],
) {
    let fitted = fit(&content, &channel).expect("fits");
    assert_eq!(show(&fitted.pieces), expected);
    assert_eq!(fitted.offered, content.choices());
}

/// proves: CV-09
#[rstest]
#[case::people(people(), rich(99), &["Sam: +1, +2\nKim"])]
#[case::people_as_such(people(), Capabilities { people: true, ..rich(99) }, &["+Sam+Kim"])]
#[case::second_lines_in_the_question(described("Q?", &[("A", "first"), ("B", "")]), rich(99), &["Q?\nA: first [A|B]"])]
#[case::second_lines_beside(described("Q?", &[("A", "first")]), detailed(5), &["Q? [A/first]"])]
#[case::second_lines_too_long(described("Q?", &[("A", "first of all")]), detailed(5), &["Q?\nA: first of all [A/firs…]"])]
#[case::a_short_question_under_a_long_text(buttons("One two three. Is it so?", &["A"]), asked_in(16), &["One two three.", "Is it so? [A]"])]
#[case::a_caption_that_is_too_long(media_of(&[image("https://a.test")], Some(&"word ".repeat(11))), rich(99), &["<Image>", "word word word word word word word word word word word"])]
fn nothing_is_lost_that_has_no_place(
    #[case] content: Content,
    #[case] channel: Capabilities,
    #[case] expected: &[&str],
) {
    assert_eq!(show(&fit(&content, &channel).expect("fits").pieces), expected);
}

fn people() -> Content {
    let person = |name: &str, phones: &[&str]| Person {
        name: name.into(),
        phones: phones.iter().map(|phone| (*phone).to_owned()).collect(),
    };
    Content::People { people: vec![person("Sam", &["+1", "+2"]), person("Kim", &[])] }
}

fn described(text: &str, choices: &[(&str, &str)]) -> Content {
    let choice = |(title, line): &(&str, &str)| Choice {
        description: Some((*line).into()),
        ..Choice::new("p", *title)
    };
    Content::Buttons { text: text.into(), choices: choices.iter().map(choice).collect() }
}

/// Buttons with a second line of so many characters.
fn detailed(description: usize) -> Capabilities {
    let buttons = Some(ChoiceLimit { description, ..ChoiceLimit::new(3, 10, 20) });
    Capabilities { buttons, ..rich(99) }
}

/// Buttons under questions of so many characters.
fn asked_in(text: usize) -> Capabilities {
    let buttons = Some(ChoiceLimit { text, ..ChoiceLimit::new(3, 10, 20) });
    Capabilities { buttons, ..rich(99) }
}

/// proves: AD-05
#[rstest]
#[case::no_words(Content::text(" \n\0"), rich(99), Unfit::Empty)]
#[case::no_question(quick(" ", &["A"]), rich(99), Unfit::Empty)]
#[case::no_cards(Content::Cards { cards: vec![] }, rich(99), Unfit::Empty)]
#[case::no_media(media_of(&[], Some(" ")), rich(99), Unfit::Empty)]
#[case::a_tap(tap(), rich(99), Unfit::Inbound)]
#[case::unknown(Content::Unsupported { what: "poll".into() }, rich(99), Unfit::Inbound)]
#[case::no_templates(template(), plain(99), Unfit::Template)]
#[case::stored_and_no_way(media_of(&[stored(1)], Some("Look")), plain(99), Unfit::Medium(MediaKind::Image))]
#[case::too_large(media_of(&[stored(1001)], None), rich(99), Unfit::Medium(MediaKind::Image))]
#[case::an_id_is_no_link(media_of(&[video("1234567")], None), rich(99), Unfit::Medium(MediaKind::Video))]
#[case::missing(media_of(&[Media { kind: MediaKind::Image, source: Source::Missing { reason: "gone".into() } }], None), rich(99), Unfit::Medium(MediaKind::Image))]
#[case::no_room(Content::text("Hi"), plain(15), Unfit::NoRoom)]
fn what_cannot_be_shown_is_refused_with_a_reason(
    #[case] content: Content,
    #[case] channel: Capabilities,
    #[case] expected: Unfit,
) {
    assert_eq!(fit(&content, &channel), Err(expected));
}

/// proves: CV-09
#[rstest]
#[case::number("2", Some("Blue"))]
#[case::with_a_dot("2.", Some("Blue"))]
#[case::with_a_bracket(" 2) ", Some("Blue"))]
#[case::in_brackets("(2)", Some("Blue"))]
#[case::keycap("2\u{fe0f}\u{20e3}", Some("Blue"))]
#[case::title(" bLUE", Some("Blue"))]
#[case::other_letters("ЖЁЛТЫЙ", Some("Жёлтый"))]
#[case::a_title_comes_before_a_number("5", Some("5"))]
#[case::title_of_two("Green", None)]
#[case::number_of_one_of_them("4", Some("Green"))]
#[case::zero("0", None)]
#[case::beyond("8", None)]
#[case::far_beyond("99999999999999999999999", None)]
#[case::a_sentence("2 please", None)]
#[case::negative("-2", None)]
#[case::nothing("", None)]
fn a_typed_number_or_title_selects(#[case] text: &str, #[case] expected: Option<&str>) {
    let offered = choices(&["5", "Blue", "Green", "Green", "Жёлтый", " ", "Last"]);
    assert_eq!(chosen(text, &offered).map(|choice| choice.title.as_str()), expected);
}

mod properties;
