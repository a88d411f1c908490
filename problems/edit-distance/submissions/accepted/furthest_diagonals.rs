// For each number of steps, how far one gets on each diagonal of the table (Ukkonen's algorithm).
use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let words: Vec<&[u8]> = text.split_ascii_whitespace().map(|word| word.as_bytes()).collect();
    let (a, b) = (words[0], words[1]);
    let (n, m) = (a.len() as isize, b.len() as isize);

    // reach[d + offset] is the number of letters of a consumed on diagonal d = (letters of b) - (letters of a).
    let offset = n + 1;
    let none = isize::MIN / 2;
    let mut reach = vec![none; (n + m + 3) as usize];
    let mut steps = 0;
    loop {
        let before = reach.clone();
        for d in -n.min(steps)..=m.min(steps) {
            let at = (d + offset) as usize;
            let mut i = if steps == 0 {
                0
            } else {
                // Replace a letter, remove one of a, or insert one of b.
                (before[at] + 1).max(before[at + 1] + 1).max(before[at - 1])
            };
            i = i.min(n).min(m - d);
            if i < 0 || i + d < 0 {
                continue;
            }
            while i < n && i + d < m && a[i as usize] == b[(i + d) as usize] {
                i += 1;
            }
            reach[at] = i;
        }
        if reach[(m - n + offset) as usize] >= n {
            break;
        }
        steps += 1;
    }
    println!("{}", steps);
}
