{#-
    Which feeds each mart is made from, read from dbt's own graph when a model compiles: lineage is never written down a
    second time. What does not belong here: how fresh a feed is (the mart `freshness`).
-#}

{#-
    Query of mart, agency and feed. Linkage runs outside dbt and adds no feed: what it writes is made from every feed that
    was linked. A mart the publication makes (`revisions`) is made from none.
-#}
{%- macro mart_feeds() -%}
    {%- set rows = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | sort(attribute='unique_id') -%}
            {%- if node.resource_type == 'model' and node.schema == 'marts' -%}
                {%- for source in justice.feeds_above(node.unique_id) | sort -%}
                    {%- set agency = graph.sources[source].source_name | replace('raw_', '') -%}
                    {%- do rows.append((node.name, agency, graph.sources[source].name)) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not rows -%}
        {#- The graph is not known while dbt parses; then nothing is run. -#}
        {%- do rows.append(('none', 'none', 'none')) -%}
    {%- endif -%}
    {%- for mart, agency, feed in rows %}
    select
        '{{ mart }}' as mart,
        '{{ agency }}' as agency,
        '{{ feed }}' as feed
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro -%}

{#-
    Unique ids of the raw sources a model is made from, however many models, and the linkage, lie between. That a row says
    how whole it is (`mart_coverage`, which knows of every delivery) does not make it from every feed.
-#}
{%- macro feeds_above(unique_id) -%}
    {%- set found = [] -%}
    {%- set reached = [unique_id] -%}
    {%- set linked = 'model.justice.person_records_to_link' -%}
    {%- set passed_over = 'model.justice.mart_coverage' -%}
    {#- The list grows while it is walked, until nothing new is reached. -#}
    {%- for current in reached -%}
        {%- if current in graph.sources and graph.sources[current].source_name.startswith('raw_') -%}
            {%- do found.append(current) -%}
        {%- elif current in graph.sources and graph.sources[current].source_name == 'linkage' -%}
            {%- if linked not in reached -%}{%- do reached.append(linked) -%}{%- endif -%}
        {%- elif current in graph.nodes -%}
            {%- for parent in graph.nodes[current].depends_on.nodes if parent not in reached + [passed_over] -%}
                {%- do reached.append(parent) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro -%}
