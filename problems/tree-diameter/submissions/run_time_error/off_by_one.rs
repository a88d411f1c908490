// Crashes: modules count from 1, but there is no room for module n (index out of bounds).
use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let mut numbers = text.split_ascii_whitespace().map(|word| word.parse::<usize>().unwrap());
    let n = numbers.next().unwrap();
    let mut tunnels: Vec<Vec<usize>> = vec![Vec::new(); n];
    for _ in 1..n {
        let u = numbers.next().unwrap();
        let v = numbers.next().unwrap();
        tunnels[u].push(v);
        tunnels[v].push(u);
    }

    let mut farthest = 1;
    let mut length = 0;
    for _ in 0..2 {
        let mut distance = vec![None; n];
        distance[farthest] = Some(0);
        let mut queue = vec![farthest];
        let mut head = 0;
        while head < queue.len() {
            let module = queue[head];
            head += 1;
            length = distance[module].unwrap();
            farthest = module;
            for &next in &tunnels[module] {
                if distance[next].is_none() {
                    distance[next] = Some(length + 1);
                    queue.push(next);
                }
            }
        }
    }
    println!("{}", length);
}
