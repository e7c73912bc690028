import type zh from "../zh-CN/student";
import type { Texts } from "../texts";

const texts: Texts<typeof zh> = {};
export default texts;
