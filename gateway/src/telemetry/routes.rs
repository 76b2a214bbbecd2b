//! Which of the door's paths a request meant: a label must be one of few.

/// The label of a path that the door does not know.
pub(super) const OTHER: &str = "other";

/// The door's paths.
#[derive(Debug, Default)]
pub struct Routes(Vec<String>);

impl Routes {
    /// These paths; a segment in braces stands for any.
    pub fn new(paths: impl IntoIterator<Item = String>) -> Self {
        Self(paths.into_iter().collect())
    }

    pub(super) fn label(&self, path: &str) -> &str {
        self.0.iter().find(|route| fits(route, path)).map_or(OTHER, String::as_str)
    }
}

fn fits(route: &str, path: &str) -> bool {
    let (mut ours, mut theirs) = (route.split('/'), path.split('/'));
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (Some(our), Some(their)) if our == their || our.starts_with('{') => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::as_it_is("/v1/chat", "/v1/chat")]
    #[case::any_segment("/v1/orders/17/lines", "/v1/orders/{id}/lines")]
    #[case::longer("/v1/chat/more", OTHER)]
    #[case::shorter("/v1", OTHER)]
    #[case::guessed("/.env", OTHER)]
    fn a_path_has_its_route_as_label(#[case] path: &str, #[case] label: &str) {
        let routes = Routes::new(["/v1/chat", "/v1/orders/{id}/lines"].map(str::to_owned));
        assert_eq!(routes.label(path), label);
    }
}
