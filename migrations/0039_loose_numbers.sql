-- Numbers are verified however they are typed from a plaque: brackets, dashes, widths and cases are one. The expression is that
-- of the queries, in designations/store/register.rs.
CREATE INDEX designation_by_loose_number ON designation (translate(lower(number), '０１２３４５６７８９ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ－—–‐‑−()[]〔〕（）［］【】 　', '0123456789abcdefghijklmnopqrstuvwxyz------'));
DROP INDEX designation_by_number;
