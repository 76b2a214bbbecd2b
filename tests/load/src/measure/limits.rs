//! What limits cost: ingest with and without them. Nothing can be measured before `tradepost` has limits to switch on; then
//! two closed loops belong here, over one house with the limits of the manual (set so high that they refuse nobody) and one
//! without.

use crate::report::Section;

pub fn measure(title: String) -> Section {
    Section::skipped(title, "skipped: this tradepost has no limits to switch on")
}
