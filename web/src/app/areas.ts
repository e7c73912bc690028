import * as account from "@/pages/account/routes";
import * as agreements from "@/pages/agreements/routes";
import * as appeals from "@/pages/appeals/routes";
import * as base from "@/pages/base/routes";
import * as connections from "@/pages/connections/routes";
import * as door from "@/pages/door/routes";
import * as designations from "@/pages/designations/routes";
import * as district from "@/pages/district/routes";
import * as erasures from "@/pages/erasures/routes";
import * as exceptions from "@/pages/exceptions/routes";
import * as everyone from "@/pages/public/routes";
import * as laboratory from "@/pages/laboratory/routes";
import * as credentials from "@/pages/credentials/routes";
import * as lists from "@/pages/lists/routes";
import * as programmes from "@/pages/programmes/routes";
import * as reminders from "@/pages/reminders/routes";
import * as reports from "@/pages/reports/routes";
import * as resources from "@/pages/resources/routes";
import * as school from "@/pages/school/routes";
import * as student from "@/pages/student/routes";
import * as teacher from "@/pages/teacher/routes";

const areas = [student, teacher, school, base, door, district, designations, erasures, exceptions, appeals, lists, programmes, reminders, resources, laboratory, credentials, reports, agreements, connections, everyone, account];

export const routes = areas.flatMap((area) => area.routes);
export const menu = areas.flatMap((area) => area.menu).toSorted((a, b) => (a.order ?? 100) - (b.order ?? 100));
