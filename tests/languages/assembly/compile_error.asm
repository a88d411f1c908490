main:   mov rax, nothing
