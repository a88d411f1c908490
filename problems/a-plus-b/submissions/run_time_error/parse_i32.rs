// Crashes: unwrap panics for balances that do not fit an i32.
use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let sum: i64 = text
        .split_whitespace()
        .map(|word| i64::from(word.parse::<i32>().unwrap()))
        .sum();
    println!("{}", sum);
}
