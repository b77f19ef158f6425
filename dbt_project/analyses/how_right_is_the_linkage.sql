-- How right is it to say that two records are one person, and for whom is it less right?
-- On the reference people: everybody first, then each group that is more than 2 points below in some measure.
select
    linkage_quality.breakdown,
    linkage_quality.breakdown_value,
    linkage_quality.unit,
    linkage_quality.measure,
    round(linkage_quality.value, 4) as share,
    round(linkage_quality.ci_low, 4) as low,
    round(linkage_quality.ci_high, 4) as high,
    round(linkage_quality.points_below_whole, 1) as points_below_everybody,
    linkage_quality.reason
from {{ ref('linkage_quality') }} as linkage_quality
where
    linkage_quality.source = 'reference_world'
    and linkage_quality.measure in ('precision', 'recall')
    and (linkage_quality.breakdown = 'all' or linkage_quality.is_below_whole)
order by
    linkage_quality.is_below_whole asc,
    linkage_quality.points_below_whole desc,
    linkage_quality.unit asc,
    linkage_quality.measure asc,
    linkage_quality.breakdown asc,
    linkage_quality.breakdown_value asc
