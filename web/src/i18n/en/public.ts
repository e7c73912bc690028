import type zh from "../zh-CN/public";
import type { Texts } from "../texts";

const texts: Texts<typeof zh> = {};
export default texts;
