#![allow(unused_attributes)]
#[link(name = "/etc/shadow", kind = "static")]
extern "C" {}
#[path = "/etc/passwd"]
mod passwd;
fn main() {}
