// Newton's method over the average: take the season with the largest excess over the average
// reached so far, continue with that season's own average, and stop when nothing exceeds it.
use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let numbers: Vec<i64> = text.split_ascii_whitespace().map(|word| word.parse().unwrap()).collect();
    let n = numbers[0] as usize;
    let k = numbers[1] as usize;
    let mut sums = vec![0i64; n + 1];
    for i in 0..n {
        sums[i + 1] = sums[i] + numbers[i + 2];
    }

    // The best average so far is rise / run, kept as a fraction.
    let (mut rise, mut run) = (sums[k], k as i64);
    loop {
        let excess = |i: usize| sums[i] * run - rise * i as i64;
        let mut lowest = 0;
        let mut best = (0, 0, 0);
        for j in k..=n {
            if excess(j - k) < excess(lowest) {
                lowest = j - k;
            }
            let gain = excess(j) - excess(lowest);
            if gain > best.0 {
                best = (gain, lowest, j);
            }
        }
        if best.0 == 0 {
            break;
        }
        rise = sums[best.2] - sums[best.1];
        run = (best.2 - best.1) as i64;
    }
    println!("{:e}", rise as f64 / run as f64);
}
