        global main
        extern scanf, printf, puts, malloc, abort

        section .data
input:  db "%ld%ld", 0
output: db "%ld", 10, 0
line:   db "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0
a:      dq 0
b:      dq 0

        section .text
main:   push rbx
        mov rdi, input
        mov rsi, a
        mov rdx, b
        xor eax, eax
        call scanf
        mov rbx, [a]
        cmp rbx, 1
        je wrong
.two:   cmp rbx, 2
        je .two
.three: cmp rbx, 3
        jne .four
        mov rdi, 4096
        call malloc
        mov qword [rax], 1
        jmp .three
.four:  cmp rbx, 4
        jne .five
        mov rdi, line
        call puts
        jmp .four
.five:  cmp rbx, 5
        jne sum
        call abort
wrong:  neg qword [b]
sum:    mov rsi, rbx
        add rsi, [b]
        mov rdi, output
        xor eax, eax
        call printf
        xor eax, eax
        pop rbx
        ret
