defmodule Sum do
  def begins(1, b), do: IO.puts(1 - b)
  def begins(2, b), do: begins(2, b)
  def begins(3, b), do: grow([], b)

  def begins(4, b) do
    IO.puts(String.duplicate("x", 1000))
    begins(4, b)
  end

  def begins(5, _), do: raise("five")
  def begins(a, b), do: IO.puts(a + b)

  defp grow(kept, b), do: grow([Enum.to_list(1..1000) | kept], b)
end

[a, b] = IO.gets("") |> String.split() |> Enum.map(&String.to_integer/1)
Sum.begins(a, b)
