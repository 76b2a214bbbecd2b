//! Sample trees, written as one text: `=== path` opens a file.

use std::path::Path;

use anyhow::{Context, Result, bail};

/// Lays a sample tree down below `root`.
pub fn lay(tree: &str, root: &Path) -> Result<()> {
    let (before, files) = tree.split_once("=== ").context("failed to find a file in the sample")?;
    if !before.trim().is_empty() {
        bail!("failed to lay the sample: words before its first file: {before}");
    }
    for file in files.split("\n=== ") {
        let (path, text) = file.split_once('\n').unwrap_or((file, ""));
        let place = root.join(path.trim());
        std::fs::create_dir_all(place.parent().unwrap_or(root))
            .with_context(|| format!("failed to lay {path}"))?;
        std::fs::write(&place, text).with_context(|| format!("failed to lay {path}"))?;
    }
    Ok(())
}
