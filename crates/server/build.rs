//! Embeds whatever `ui/dist` holds; building it is the Makefile's work, never cargo's.

fn main() {
    println!("cargo::rerun-if-changed=../../ui/dist");
}
