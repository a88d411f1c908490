// A procedural macro would be a program of the author's that runs inside the compiler.
extern crate proc_macro;
#[proc_macro]
pub fn attack(_: proc_macro::TokenStream) -> proc_macro::TokenStream { std::process::exit(0) }
fn main() {}
