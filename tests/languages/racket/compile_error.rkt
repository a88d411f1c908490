#lang racket/base
(display (+ 1 2)
