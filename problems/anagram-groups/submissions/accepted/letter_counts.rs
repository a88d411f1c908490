// The key of a group is how often each letter occurs.
use std::collections::HashMap;
use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let mut groups: HashMap<[u8; 26], usize> = HashMap::new();
    for word in text.split_ascii_whitespace().skip(1) {
        let mut counts = [0; 26];
        for letter in word.bytes() {
            counts[usize::from(letter.to_ascii_lowercase() - b'a')] += 1;
        }
        *groups.entry(counts).or_insert(0) += 1;
    }
    println!("{} {}", groups.len(), groups.values().max().unwrap());
}
