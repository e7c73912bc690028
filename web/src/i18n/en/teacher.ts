import type zh from "../zh-CN/teacher";
import type { Texts } from "../texts";

const texts: Texts<typeof zh> = {};
export default texts;
