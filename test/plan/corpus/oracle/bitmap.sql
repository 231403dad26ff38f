CREATE BITMAP INDEX idx_sex ON emp (sex);
/
