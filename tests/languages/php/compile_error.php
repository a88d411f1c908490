<?php echo 1 + ;
