export const GRID = { left: 8, right: 56, top: 28, bottom: 8, containLabel: true };
export const VALUES = { type: "value", splitNumber: 3, axisLabel: { hideOverlap: true } };

/** ECharts' option for one bar a row, its value written beside it. */
export function bars(names: string[], values: number[], unit: string, horizontal: boolean, extra: object = {}) {
  const category = { type: "category", data: names, axisTick: { show: false }, ...(horizontal && { inverse: true }) };
  return {
    grid: GRID,
    tooltip: { trigger: "axis", confine: true, axisPointer: { type: "shadow" } },
    xAxis: horizontal ? VALUES : category,
    yAxis: horizontal ? category : VALUES,
    series: [
      {
        type: "bar",
        name: unit,
        data: values,
        barMaxWidth: 28,
        cursor: "pointer",
        label: { show: true, position: horizontal ? "right" : "top" },
        ...extra,
      },
    ],
  };
}
