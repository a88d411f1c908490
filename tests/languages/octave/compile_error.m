printf(1 + ;
