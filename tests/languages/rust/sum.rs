use std::io::*;

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).unwrap();
    let n: Vec<i32> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let (a, b) = (n[0], n[1]);
    let mut kept = Vec::new();
    while a == 2 {}
    while a == 3 {
        kept.push("x".repeat(1000));
    }
    while a == 4 {
        println!("{}", "x".repeat(1000));
    }
    if a == 5 {
        panic!("five {}", kept.len());
    }
    println!("{}", if a == 1 { a - b } else { a + b });
}
