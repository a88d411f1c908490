create text 64 allot
: number ( addr n -- rest n' value ) 0. 2swap >number 2swap drop ;
: numbers ( -- a b ) text dup 64 stdin read-line throw drop number -rot 1 /string number nip nip ;
: lines begin s" xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" type cr again ;
: grow begin 100000 allocate throw 100000 1 fill again ;
: begins ( a b -- )
  over case
    1 of - . endof
    2 of begin again endof
    3 of grow endof
    4 of lines endof
    5 of -5 throw endof
    >r + . r>
  endcase cr ;
numbers begins
