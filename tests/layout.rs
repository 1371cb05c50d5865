//! The shape of the workspace: which crates there are, which may use which, and what lies at the
//! top of the repository. Reads manifests and git's list of files; knows nothing of what the
//! crates do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use toml::{Table, Value};

/// Every crate, by the name of its folder, with the crates that it may use.
const ARROWS: [(&str, &[&str]); 9] = [
    ("core", &[]),
    ("sip", &[]),
    ("media", &[]),
    ("call", &["core", "sip", "media"]),
    ("store", &["core"]),
    ("engine", &["core", "sip", "media", "call", "store"]),
    ("http", &["core", "store"]),
    ("sim", &["core", "sip", "media", "call"]),
    (
        "cuptel",
        &[
            "core", "sip", "media", "call", "store", "engine", "http", "sim",
        ],
    ),
];

/// Crates that decide and do not do: time and input are arguments, sockets and disks elsewhere.
const PURE: [&str; 3] = ["core", "sip", "call"];

/// Crates that reach a socket, a disk or a clock: no business of a pure crate, not even in a test.
const HANDS: [&str; 4] = ["tokio", "sqlx", "mio", "axum"];

/// What may lie at the top: the project's own, then what tools and readers look for there.
const TOP_LEVEL: [&str; 17] = [
    "Cargo.toml",
    "crates",
    "config",
    "dialplans",
    "tests",
    "benches",
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "LICENSE",
    "publiccode.yml",
    "Cargo.lock",
    "clippy.toml",
    "rustfmt.toml",
    ".gitignore",
    ".ci",
    ".cargo",
];

/// Sections of a manifest that name other crates; also found under `[target.'…']`.
const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

#[test]
fn the_workspace_has_exactly_the_crates_of_the_table() {
    let expected: BTreeSet<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let found: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .expect("crates/ can be listed")
        .map(|entry| entry.expect("crates/ can be listed").path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    let extra: Vec<_> = found.difference(&expected).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "crates/ and ARROWS in tests/layout.rs differ: missing {missing:?}, extra {extra:?}. \
         A new crate needs one sentence of purpose and its row in the table; \
         a catch-all crate (common, types, xtask) is not wanted"
    );
}

#[test]
fn every_crate_bears_the_name_of_its_folder() {
    let wrong: Vec<String> = ARROWS
        .iter()
        .filter_map(|(folder, _)| {
            let manifest = manifest_of(folder);
            let name = manifest["package"]["name"].as_str().unwrap_or_default();
            (name != package_of(folder)).then(|| {
                format!(
                    "crates/{folder} is the package {name}: call it {}",
                    package_of(folder)
                )
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_arrow_between_crates_is_in_the_table() {
    let root_manifest = read_manifest(&root().join("Cargo.toml"));
    let wrong: Vec<String> = ARROWS
        .iter()
        .flat_map(|(name, allowed)| {
            wrong_arrows(
                name,
                allowed,
                &used_packages(&manifest_of(name), &root_manifest),
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_crates_use_no_hands() {
    let root_manifest = read_manifest(&root().join("Cargo.toml"));
    let wrong: Vec<String> = PURE
        .iter()
        .flat_map(|name| hands_of(name, &used_packages(&manifest_of(name), &root_manifest)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_unexpected_lies_at_the_top() {
    let strangers = strangers_among(&tracked_files());
    assert!(
        strangers.is_empty(),
        "at the top of the repository: {strangers:?}. Move them into the crate or folder they \
         belong to; what a tool demands at the top goes into TOP_LEVEL in tests/layout.rs"
    );
}

#[test]
fn a_forbidden_arrow_is_named_wherever_a_manifest_can_hide_it() {
    let root_manifest = parsed(
        r#"
        [workspace.dependencies]
        cuptel-engine = { path = "crates/engine" }
        brain = { package = "cuptel-core", path = "crates/core" }
        "#,
    );
    let hiding_places = [
        "[dependencies]\ncuptel-engine.workspace = true",
        "[dependencies]\nhands = { package = \"cuptel-engine\", path = \"../engine\" }",
        "[dev-dependencies]\ncuptel-engine = { path = \"../engine\" }",
        "[build-dependencies]\ncuptel-engine = { path = \"../engine\" }",
        "[target.'cfg(unix)'.dependencies]\ncuptel-engine = \"0.1\"",
    ];
    for manifest in hiding_places {
        let used = used_packages(&parsed(manifest), &root_manifest);
        let wrong = wrong_arrows("http", &["core", "store"], &used);
        assert_eq!(wrong.len(), 1, "{manifest}: {wrong:?}");
        assert!(wrong[0].contains("http -> engine"), "{}", wrong[0]);
    }

    let renamed = used_packages(
        &parsed("[dependencies]\nbrain.workspace = true"),
        &root_manifest,
    );
    assert_eq!(
        wrong_arrows("http", &["core", "store"], &renamed),
        Vec::<String>::new()
    );
    assert_eq!(wrong_arrows("sip", &[], &renamed).len(), 1);
}

#[test]
fn a_hand_in_a_pure_crate_is_named() {
    let root_manifest = parsed("[workspace.dependencies]\ntokio = \"1\"");
    let used = used_packages(
        &parsed("[dev-dependencies]\ntokio.workspace = true"),
        &root_manifest,
    );
    let wrong = hands_of("core", &used);
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].contains("core -> tokio"), "{}", wrong[0]);
}

#[test]
fn a_stranger_at_the_top_is_named_once() {
    let files = [
        "README.md",
        "crates/core/src/lib.rs",
        "docs/plan.md",
        "docs/status.md",
        "x.sh",
    ];
    assert_eq!(strangers_among(&files.map(str::to_owned)), ["docs", "x.sh"]);
}

/// The arrows of `name` to workspace crates that the table does not allow, as sentences.
fn wrong_arrows(name: &str, allowed: &[&str], used: &BTreeSet<String>) -> Vec<String> {
    ARROWS
        .iter()
        .map(|(other, _)| *other)
        .filter(|other| used.contains(&package_of(other)) && !allowed.contains(other))
        .map(|other| {
            format!(
                "{name} -> {other}: crates/{name} may use {allowed:?} only. Remove {} from its \
                 Cargo.toml: let {name} define a trait or a type for what it needs and let a \
                 crate that may see both connect them",
                package_of(other)
            )
        })
        .collect()
}

fn hands_of(name: &str, used: &BTreeSet<String>) -> Vec<String> {
    HANDS
        .iter()
        .filter(|hand| used.contains(**hand))
        .map(|hand| {
            format!(
                "{name} -> {hand}: {name} is pure. Remove {hand} from crates/{name}/Cargo.toml: \
                 take time and input as arguments, return what must be done, and let engine, \
                 media, store or http do it"
            )
        })
        .collect()
}

fn strangers_among(files: &[String]) -> Vec<String> {
    let tops: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.split('/').next())
        .collect();
    tops.into_iter()
        .filter(|top| !TOP_LEVEL.contains(top))
        .map(str::to_owned)
        .collect()
}

/// The packages that a manifest names in any section, under their real names.
fn used_packages(manifest: &Table, root_manifest: &Table) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let scopes = targets
        .into_iter()
        .flatten()
        .filter_map(|(_, target)| target.as_table());
    scopes
        .chain([manifest])
        .flat_map(|scope| {
            SECTIONS
                .iter()
                .filter_map(|section| scope.get(*section)?.as_table())
        })
        .flatten()
        .map(|(key, dependency)| real_name(key, dependency, root_manifest))
        .collect()
}

/// A dependency can be renamed where it stands or, for `workspace = true`, in the root manifest.
fn real_name(key: &str, dependency: &Value, root_manifest: &Table) -> String {
    let inherited = dependency
        .get("workspace")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let declared = if inherited {
        root_manifest
            .get("workspace")
            .and_then(|w| w.get("dependencies"))
            .and_then(|d| d.get(key))
    } else {
        Some(dependency)
    };
    let package = declared
        .and_then(|declared| declared.get("package"))
        .and_then(Value::as_str);
    package.unwrap_or(key).to_owned()
}

fn package_of(folder: &str) -> String {
    if folder == "cuptel" {
        folder.to_owned()
    } else {
        format!("cuptel-{folder}")
    }
}

fn manifest_of(folder: &str) -> Table {
    read_manifest(&root().join("crates").join(folder).join("Cargo.toml"))
}

fn read_manifest(path: &Path) -> Table {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.parse()
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn parsed(manifest: &str) -> Table {
    manifest.parse().expect("the test's own manifest is TOML")
}

/// What git tracks, because a working copy may hold anything else besides.
fn tracked_files() -> Vec<String> {
    let output = Command::new("git")
        // A checkout that belongs to another user (a container's volume) is listed all the same.
        .args([
            "-c",
            "safe.directory=*",
            "-c",
            "core.quotePath=false",
            "ls-files",
        ])
        .current_dir(root())
        .output()
        .expect("git can be run: the list of the project's files comes from it");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "git ls-files in {}: {complaint}",
        root().display()
    );
    let files: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(
        !files.is_empty(),
        "git tracks no file in {}",
        root().display()
    );
    files
}

fn root() -> PathBuf {
    // Attached from crates/cuptel by path.
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
