create or replace macro draw(who, what) as (hash(who, what, getvariable('seed')) >> 11) / 9007199254740992.0;
create or replace macro pick(who, what, n) as cast(floor(draw(who, what) * n) as bigint);
create or replace macro letter(who, what) as chr(65 + cast(pick(who, what, 26) as integer));
create or replace macro invented(who, what) as
upper(
    ['b', 'br', 'c', 'd', 'f', 'g', 'h', 'k', 'l', 'm', 'n', 'p', 'r', 's', 'st', 't', 'w'][
        1 + pick(who, what || '1', 17)
    ]
    || ['a', 'e', 'i', 'o', 'u', 'ai', 'ee'][1 + pick(who, what || '2', 7)]
    || ['b', 'ck', 'd', 'g', 'l', 'll', 'm', 'n', 'r', 'rn', 's', 't', 'th'][1 + pick(who, what || '3', 13)]
    || ['a', 'e', 'i', 'o', 'y'][1 + pick(who, what || '4', 5)]
    || ['ton', 'ley', 'ford', 'ham', 'well', 'son', 'man', 'ski', 'by', 'dar', 'nor', 'vin'][
        1 + pick(who, what || '5', 12)
    ]
);
create or replace macro slipped(text, who, what) as (
    case pick(who, what, 3)
        when 0 then substr(text, 1, 2) || substr(text, 4)
        when 1 then substr(text, 1, 2) || substr(text, 2)
        else substr(text, 1, 1) || substr(text, 3, 1) || substr(text, 2, 1) || substr(text, 4)
    end
);
