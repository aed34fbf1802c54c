//! The contracts of this repository: built-in ones, variants, those of tests, and examples.

use doorward_contract::plan::Plan;
use doorward_contract::{all_builtin, load, open_builtin, openapi};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An accepted contract.
pub(crate) struct Contract {
    pub(crate) name: String,
    pub(crate) plan: Arc<Plan>,
    /// Its completed document.
    pub(crate) document: Value,
    /// Path and method of every operation as the document has them.
    pub(crate) paths: Vec<(String, String)>,
}

/// All of them.
pub(crate) fn contracts() -> Vec<Contract> {
    let builtin = all_builtin().map(|(name, text)| accepted(name, text, None));
    let files = files().into_iter().map(|file| {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        accepted(&name, &text, file.parent())
    });
    builtin.chain(files).collect()
}

/// The files outside `contracts/` that are whole contracts.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["crates/server/tests/it/stories", "crates/http/src/testing", "examples/contracts"];
    let mut files = Vec::new();
    for entry in folders.iter().filter_map(|folder| std::fs::read_dir(root.join(folder)).ok()).flatten() {
        let file = entry.expect("an entry").path();
        let is_contract = std::fs::read_to_string(&file).is_ok_and(|text| text.contains("openapi: 3.1"));
        if file.extension().is_some_and(|ending| ending == "yaml") && is_contract {
            files.push(file);
        }
    }
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    files
}

pub(super) fn accepted(name: &str, text: &str, folder: Option<&Path>) -> Contract {
    let open = |wanted: &str| {
        let beside = folder.map(|folder| folder.join(wanted)).filter(|file| file.exists());
        match beside {
            Some(file) => std::fs::read_to_string(file).map_err(|error| error.to_string()),
            None => open_builtin(wanted),
        }
    };
    let loaded = load(name, name, text, &open);
    let said: Vec<_> = loaded.diagnostics.iter().map(|finding| &*finding.message).collect();
    let document = openapi(&loaded).unwrap_or_else(|| panic!("{name}: {said:#?}"));
    let paths = loaded.trace.operations.iter().map(|at| (at.path.clone(), at.method.clone())).collect();
    let plan = Arc::new(loaded.plan.expect("a plan"));
    Contract { name: name.to_owned(), plan, document, paths }
}
