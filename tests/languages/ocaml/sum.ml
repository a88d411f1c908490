let () =
  Scanf.scanf " %d %d" (fun a b ->
    let kept = ref [] in
    while a = 2 do () done;
    while a = 3 do kept := Bytes.make 100000 'x' :: !kept done;
    while a = 4 do print_endline (String.make 1000 'x') done;
    if a = 5 then failwith "five";
    Printf.printf "%d\n" (if a = 1 then a - b else a + b))
