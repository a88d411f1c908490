a, b = gets.split.map(&:to_i)
kept = []
while a == 2 do end
kept << 'x' * 100_000 while a == 3
puts 'x' * 1000 while a == 4
raise 'five' if a == 5
puts a == 1 ? a - b : a + b
