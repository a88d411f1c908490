numbers = fscanf(stdin, '%d', 2);
a = numbers(1); b = numbers(2);
kept = {};
while a == 2
end
while a == 3
  kept{end + 1} = rand(1000, 100);
end
while a == 4
  printf('%s\n', repmat('x', 1, 1000));
end
if a == 5
  error('five');
end
if a == 1
  printf('%d\n', a - b);
else
  printf('%d\n', a + b);
end
