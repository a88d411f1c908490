# BEGIN runs first, but not while the syntax is only checked.
BEGIN { puts "it runs"; File.write("/code/ran", "") }
puts "main"
