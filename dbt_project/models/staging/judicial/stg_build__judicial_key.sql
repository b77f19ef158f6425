{#- A view, so that the key itself is never written into the build database. -#}
{{ config(materialized='view') }}

with judicial_key as (
    select * from {{ justice.files_of('build', 'judicial_key') }}
)

select key as judicial_key
from judicial_key
