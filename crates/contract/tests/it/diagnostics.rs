//! What the checker says is part of the product: each file under `diagnostics/` against what stands beside it.
//! `DOORWARD_BLESS=1` writes the texts anew, to be read before they are committed.

use doorward_contract::{diagnostic, load};
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/diagnostics")
}

fn said(path: &Path) -> String {
    let file = path.file_name().expect("a file").to_string_lossy().into_owned();
    let text = fs::read_to_string(path).expect("readable");
    let open = |other: &str| fs::read_to_string(folder().join(other)).map_err(|error| error.to_string());
    let loaded = load("broken", &file, &text, &open);
    assert!(loaded.plan.is_none(), "{file} loads");
    diagnostic::render(&loaded.diagnostics, &loaded.sources, false) + "\n"
}

#[test]
fn diagnostics_are_as_written_beside() {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "json"))
        .collect();
    files.sort();
    assert!(files.len() >= 10, "{} files", files.len());
    for path in files {
        let said = said(&path);
        let golden = path.with_extension("txt");
        if option_env!("DOORWARD_BLESS").is_some() {
            fs::write(&golden, &said).expect("written");
        }
        let wanted = fs::read_to_string(&golden).unwrap_or_default();
        assert!(said == wanted, "{}:\n{said}", path.display());
    }
}
