// A longest way goes down from its highest module into two branches, so the two greatest heights
// of branches at every module decide. Parents come before their children in search order.
use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let mut numbers = text.split_ascii_whitespace().map(|word| word.parse::<usize>().unwrap());
    let n = numbers.next().unwrap();
    let mut tunnels: Vec<Vec<usize>> = vec![Vec::new(); n + 1];
    for _ in 1..n {
        let u = numbers.next().unwrap();
        let v = numbers.next().unwrap();
        tunnels[u].push(v);
        tunnels[v].push(u);
    }

    let mut parent = vec![0; n + 1];
    let mut order = vec![1];
    let mut head = 0;
    while head < order.len() {
        let module = order[head];
        head += 1;
        for &next in &tunnels[module] {
            if next != parent[module] {
                parent[next] = module;
                order.push(next);
            }
        }
    }

    let mut height = vec![0; n + 1];
    let mut best = 0;
    for &module in order[1..].iter().rev() {
        let above = parent[module];
        let branch = height[module] + 1;
        best = best.max(height[above] + branch);
        height[above] = height[above].max(branch);
    }
    println!("{}", best);
}
