use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let heights = text
        .split_ascii_whitespace()
        .skip(1)
        .map(|word| word.parse::<u64>().unwrap())
        .chain(std::iter::once(0)); // clears the stack at the end

    let mut best = 0;
    let mut rising: Vec<(u64, usize)> = Vec::new(); // (height, leftmost position it reaches)
    for (i, height) in heights.enumerate() {
        let mut left = i;
        while let Some(&(top, from)) = rising.last() {
            if top < height {
                break;
            }
            rising.pop();
            left = from;
            best = best.max(top * (i - from) as u64);
        }
        rising.push((height, left));
    }
    println!("{}", best);
}
