//! Properties of fitting, whatever the words.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// Characters that break naive cutting: wide, joined, combining, right-to-left, control.
fn nasty() -> impl Strategy<Value = String> {
    nasty_of(120)
}

/// Of at most so many parts.
fn nasty_of(most: usize) -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        any::<char>().prop_map(String::from),
        "[a-z]{1,12}",
        Just(" ".into()),
        Just("\n\n".into()),
        Just("\r\n".into()),
        Just(". ".into()),
        Just("👩‍👩‍👧‍👦".into()),
        Just("🇩🇪🇫🇷".into()),
        Just("e\u{301}\u{302}".into()),
        Just("שלום".into()),
        Just("\u{200f}\u{202e}".into()),
        Just("\0".into()),
    ];
    proptest::collection::vec(parts, 0..most).prop_map(|parts| parts.concat())
}

fn limit() -> impl Strategy<Value = TextLimit> {
    (
        LEAST_TEXT..200,
        prop_oneof![
            Just(TextUnit::Bytes),
            Just(TextUnit::Characters),
            Just(TextUnit::Utf16),
            Just(TextUnit::Segments)
        ],
    )
        .prop_map(|(most, unit)| match unit {
            TextUnit::Segments => TextLimit { most: most % 4 + 1, unit },
            _ => TextLimit { most, unit },
        })
}

/// The text without what splitting may leave out.
fn bare(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace() && *char != '\0').collect()
}

fn a_choice() -> impl Strategy<Value = Choice> {
    (nasty_of(8), nasty_of(8), proptest::option::of(nasty_of(8)))
        .prop_map(|(payload, title, description)| Choice { payload, title, description })
}

proptest! {
    /// proves: CV-09
    #[test]
    fn pieces_are_within_the_limit_and_nothing_is_lost(text in nasty(), limit in limit()) {
        let pieces = split(&text, limit);
        prop_assert!(pieces.len() <= PIECES);
        for piece in &pieces {
            prop_assert!(limit.unit.measure(piece) <= limit.most && !piece.trim().is_empty());
        }
        let (whole, said) = (bare(&text), bare(&pieces.concat()));
        let begun = said.trim_end_matches(if limit.unit == TextUnit::Segments { '.' } else { '…' });
        let cut = pieces.len() == PIECES && said != begun && whole.starts_with(begun);
        prop_assert!(said == whole || cut);
    }

    /// proves: CV-09
    #[test]
    fn a_cut_text_is_the_beginning_of_the_whole(text in nasty(), most in 0_usize..40) {
        let limit = TextLimit { most, unit: TextUnit::Characters };
        let kept = cut(&text, limit);
        prop_assert!(limit.unit.measure(&kept) <= most);
        prop_assert!(text.trim().starts_with(kept.trim_end_matches('…')));
    }

    /// proves: CV-09, AD-05
    #[test]
    fn no_question_exceeds_the_channel(
        text in nasty(), choices in proptest::collection::vec(a_choice(), 0..8), limit in limit(), able in any::<[bool; 3]>(),
    ) {
        let all = rich(99);
        let channel = Capabilities {
            text: limit,
            quick_replies: all.quick_replies.filter(|_| able[0]),
            buttons: all.buttons.filter(|_| able[1]),
            list: all.list.filter(|_| able[2]),
            ..all
        };
        let content = Content::List { text: text.clone(), button: "Open".into(), choices: choices.clone() };
        let Ok(fitted) = fit(&content, &channel) else {
            prop_assert!(bare(&text).is_empty());
            return Ok(());
        };
        prop_assert_eq!(fitted.offered, choices.clone());
        for piece in &fitted.pieces {
            prop_assert!(limit.unit.measure(piece.words().unwrap_or_default()) <= limit.most);
            let most = match piece {
                Content::Buttons { .. } => channel.buttons,
                Content::QuickReplies { .. } => channel.quick_replies,
                Content::List { .. } => channel.list,
                _ => Some(ChoiceLimit::new(0, 0, 0)),
            }.expect("only what the channel has");
            prop_assert!(piece.choices().len() <= most.most);
            for choice in piece.choices() {
                prop_assert!(choice.title.chars().count() <= most.title && choice.payload.chars().count() <= most.payload);
            }
        }
        let early = &fitted.pieces[..fitted.pieces.len() - 1];
        prop_assert!(early.iter().all(|piece| piece.choices().is_empty()));
    }

    /// proves: CV-09
    #[test]
    fn any_typed_text_is_understood_or_not(text in nasty_of(20), choices in proptest::collection::vec(a_choice(), 0..8)) {
        let found = chosen(&text, &choices);
        prop_assert!(found.is_none_or(|choice| choices.contains(choice)));
    }
}

/// proves: CV-09
#[rstest]
#[case::letters("a")]
#[case::emoji("👩‍👩‍👧‍👦")]
#[case::joined_for_ever("👩\u{200d}")]
#[case::accents_for_ever("\u{301}")]
#[case::flags("🇩🇪")]
#[case::zeros("\0")]
#[case::lines("\n\n")]
#[case::words("word ")]
fn a_hundred_thousand_bytes_are_split_too(#[case] sign: &str) {
    let text = sign.repeat(100_000 / sign.len());
    let limit = TextLimit { most: 1000, unit: TextUnit::Bytes };
    let pieces = split(&text, limit);
    assert!(pieces.iter().all(|piece| piece.len() <= 1000) && pieces.len() <= PIECES);
}
