import type zh from "../zh-CN/district";
import type { Texts } from "../texts";

const texts: Texts<typeof zh> = {};
export default texts;
