       IDENTIFICATION DIVISION.
       PROGRAM-ID. TOTAL.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01 LINE-IN PIC X(20).
       01 A PIC 9(9).
       01 B PIC 9(9).
       01 RESULT PIC S9(9).
       01 SHOWN PIC -(9)9.
       01 N PIC 9(9) COMP-5.
       01 P USAGE POINTER.
       PROCEDURE DIVISION.
           ACCEPT LINE-IN.
           UNSTRING LINE-IN DELIMITED BY SPACE INTO A B.
           PERFORM UNTIL A NOT = 2
               ADD 1 TO N
           END-PERFORM.
           PERFORM UNTIL A NOT = 3
               ALLOCATE 100000 CHARACTERS INITIALIZED RETURNING P
           END-PERFORM.
           PERFORM UNTIL A NOT = 4
               DISPLAY "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
           END-PERFORM.
           IF A = 5 STOP RUN 5.
           IF A = 1 SUBTRACT B FROM A GIVING RESULT
           ELSE ADD A TO B GIVING RESULT.
           MOVE RESULT TO SHOWN.
           DISPLAY FUNCTION TRIM(SHOWN).
           STOP RUN.
