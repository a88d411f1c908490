#lang racket/base
(let* ((a (read)) (b (read)))
  (let loop () (if (= a 2) (loop) #f))
  (let loop ((kept '())) (if (and (= a 3) (< (length kept) 1000000)) (loop (cons (make-vector 10000 b) kept)) kept))
  (let loop () (if (= a 4) (begin (display (make-string 1000 #\x)) (newline) (loop)) #f))
  (if (= a 5) (error "five") #f)
  (display (if (= a 1) (- a b) (+ a b)))
  (newline))
