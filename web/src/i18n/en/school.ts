import type zh from "../zh-CN/school";
import type { Texts } from "../texts";

const texts: Texts<typeof zh> = {};
export default texts;
