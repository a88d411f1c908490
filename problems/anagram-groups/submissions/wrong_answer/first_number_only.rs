// Wrong: prints the number of groups, but not the size of the largest one.
use std::collections::HashSet;
use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let mut groups = HashSet::new();
    for word in text.split_ascii_whitespace().skip(1) {
        let mut letters = word.to_ascii_lowercase().into_bytes();
        letters.sort();
        groups.insert(letters);
    }
    println!("{}", groups.len());
}
