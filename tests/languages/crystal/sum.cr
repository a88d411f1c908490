a, b = gets.not_nil!.split.map(&.to_i)
kept = [] of Bytes
n = 0
while a == 2
  n = (n + 1) % 1000
end
while a == 3
  kept << Bytes.new(10000, 1_u8)
end
while a == 4
  puts "x" * 1000
end
raise "five" if a == 5
puts a == 1 ? a - b : a + b
