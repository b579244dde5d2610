package sampan.linux.cgroups;

import java.util.*;

final class Measure {
    public static void main(String[] a) throws Exception {
        CgroupLayout layout = CgroupLayout.detect();
        CgroupLimits full =
                CgroupLimits.builder()
                        .cpuShares(512)
                        .cpuQuota(50000)
                        .cpuPeriod(100000)
                        .memoryMax(64 << 20)
                        .memoryAndSwap(128 << 20)
                        .pids(100)
                        .devices(List.of(DeviceRule.DENY_ALL))
                        .devices(DeviceRule.USUAL)
                        .build();
        CgroupLimits usual =
                CgroupLimits.builder()
                        .devices(List.of(DeviceRule.DENY_ALL))
                        .devices(DeviceRule.USUAL)
                        .build();
        int gap = Integer.parseInt(a[0]), n = Integer.parseInt(a[1]);
        String p = "/sampan-measure";
        for (var limits : List.of(CgroupLimits.NONE, usual, full)) {
            double[] c = new double[n], d = new double[n], s = new double[n];
            for (int w = 0; w < 2; w++)
                for (int i = 0; i < n; i++) {
                    long t = System.nanoTime();
                    Cgroup g = layout.create(p + "/x" + i, limits);
                    long t1 = System.nanoTime();
                    g.stats();
                    long t2 = System.nanoTime();
                    g.delete();
                    long t3 = System.nanoTime();
                    c[i] = (t1 - t) / 1e3;
                    s[i] = (t2 - t1) / 1e3;
                    d[i] = (t3 - t2) / 1e3;
                    if (gap > 0) Thread.sleep(gap);
                }
            Arrays.sort(c);
            Arrays.sort(d);
            Arrays.sort(s);
            System.out.printf(
                    "gap %d ms: create %.0f [%.0f] stats %.0f [%.0f] delete %.0f [%.0f] us%n",
                    gap, c[n / 2], c[n / 10], s[n / 2], s[n / 10], d[n / 2], d[n / 10]);
        }
        layout.open(p).delete();
    }
}
