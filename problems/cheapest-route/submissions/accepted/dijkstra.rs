use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let mut numbers = text.split_ascii_whitespace().map(|word| word.parse::<usize>().unwrap());
    let n = numbers.next().unwrap();
    let m = numbers.next().unwrap();
    let mut roads: Vec<Vec<(usize, u64)>> = vec![Vec::new(); n + 1];
    for _ in 0..m {
        let u = numbers.next().unwrap();
        let v = numbers.next().unwrap();
        let c = numbers.next().unwrap();
        roads[u].push((v, c as u64));
    }

    let mut toll: Vec<Option<u64>> = vec![None; n + 1];
    let mut queue = BinaryHeap::new();
    queue.push(Reverse((0u64, 1usize)));
    while let Some(Reverse((cost, town))) = queue.pop() {
        if toll[town].is_some() {
            continue;
        }
        toll[town] = Some(cost);
        for &(next, c) in &roads[town] {
            if toll[next].is_none() {
                queue.push(Reverse((cost + c, next)));
            }
        }
    }

    match toll[n] {
        Some(cost) => println!("{}", cost),
        None => println!("impossible"),
    }
}
