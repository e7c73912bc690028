// Words by which the columns of a list of pupils are known, whatever the language of the pages.

export const HEADERS = {
  number: ["number", "学号", "student_number", "student number", "studentnumber"],
  name: ["name", "姓名", "学生姓名"],
  minutes: ["minutes", "时长", "分钟", "时长(分钟)", "时长/分钟"],
  quantity: ["quantity", "数量"],
};

/** A word that heads a column and is nobody's name. */
export const HEADING = /^(学号|姓名|学生姓名|序号|number|name)$/i;
