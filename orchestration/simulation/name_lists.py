"""Names people in the simulated world have, by ethnic group, commonest first.

Belongs here: the lists and nothing else. Every list is this project's own; orders are rough, they only give the skew of
real name frequencies (a few very common names, a long tail). Full names arise by independent draws and describe nobody.
"""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


SURNAMES_WHITE = _words("""
Smith Jones Williams Taylor Brown Davies Evans Wilson Thomas Roberts Johnson Walker Wright Robinson Thompson White
Hughes Edwards Green Hall Wood Harris Lewis Martin Jackson Clarke Clark Turner Hill Scott Cooper Morris Ward Moore King
Watson Baker Harrison Morgan Patterson Allen James Mitchell Phillips Anderson Lee Bell Parker Davis Bennett Miller Cook
Shaw Cox Richardson Carter Collins Marshall Bailey Gray Adams Murphy Kelly Richards Wilkinson Foster Graham Chapman
Simpson Mason Webb Rogers Gibson Hunt Mills Powell Palmer Holmes Lloyd Matthews Barnes Knight Butler Russell Fisher Reid
Murray Stevens Jenkins Dixon Fletcher Campbell Stewart Hunter Kennedy Ellis Price Griffiths Reynolds Saunders West
Fox Armstrong Payne Day Carr Pearson Ford Owen Rose Harvey Dean Barker Walsh Porter Stone Burton Hart Spencer Lawrence
Cole Elliott Andrews Watts Brooks Grant Bradley Hawkins Perry Lane Francis Burns Nicholson Wells Bird Riley Cunningham
Atkinson Ryan Gardner Kaur Berry Newman Warren Duncan Frost Lowe Nash Bishop Byrne Hayes Marsh Coleman Doyle Sutton
Slater Field Parsons Poole Townsend Wheeler Goodwin Bates Barrett Curtis Banks Burgess Kirby Quinn Barton Doherty
Gallagher Sharp Hammond Kemp O'Brien O'Connor O'Neill McCarthy McDonald Fitzgerald Sheridan Pope Rowe Tucker Bolton
Holland Norris Dawson Stephenson Hodgson Lawson Booth Swift Thornton Bentley Naylor Hopkins Gilbert Preston Drew
Kowalski Nowak Wisniewski Popescu Ionescu Radu Kazlauskas Hoxha Prifti Wojcik Kaminski Lewandowski Dumitru Stan Marin
""")

SURNAME_STEMS = _words("""
Ash Bar Black Bram Brack Bux Cald Carl Chat Clay Crow Dal Dun East Ed El Far Fen Gold Gren Had Hal Ham Har Haw Hazel
Hen Hol Hor Hut Kel Kirk Lang Lin Long Mar Mel Mer Mil Nor Oak Old Pen Prest Rad Raven Red Rom Rush Sand Sel Shel South
Stan Stock Strat Sut Thorn Tod Under Wal War Wat Wed West Whit Win Wool Wor
""")
SURNAME_ENDINGS = _words("""
worth ton ley field ham by shaw wood well bury ford land wick burn gate house stead combe hurst man stone brook
""")
"""Old place-name stems and endings; joined they make the long tail of rarer surnames."""

SURNAMES_ASIAN = _words("""
Khan Ahmed Patel Hussain Ali Singh Begum Mohammed Shah Miah Akhtar Islam Rahman Kaur Malik Mahmood Iqbal Chowdhury Uddin
Bibi Hassan Sharma Butt Mirza Shaikh Rashid Aslam Qureshi Chaudhry Sheikh Saleem Hossain Haque Alam Choudhury Ahmad
Javed Rafiq Anwar Bashir Yousaf Nawaz Raja Raza Arshad Zaman Siddiqui Gill Sidhu Dhillon Sandhu Bains Grewal Dhaliwal
Mistry Desai Shukla Joshi Mehta Parmar Chauhan Solanki Gupta Kumar Verma Reddy Nair Rao Perera Fernando Silva
Nguyen Tran Pham Le Sultan Ashraf Younis Sadiq Latif Karim Kabir Sarkar Das Roy Ghosh Bhatti Dar Lone Mughal Abbasi
""")

SURNAMES_BLACK = _words("""
Williams Brown Campbell Johnson Thompson Francis Lewis Thomas James Gordon Reid Clarke Morgan Henry Joseph Charles
Grant Bailey Stewart Douglas Powell Simpson Wright Robinson Samuels Daley Blake Palmer Bennett McKenzie Dacosta Roberts
Mohamed Ali Hassan Abdi Ahmed Osman Yusuf Ibrahim Omar Farah Adan Warsame Jama Nur Hussein Mohamud Abdullahi Kamara
Sesay Bangura Koroma Conteh Mensah Owusu Boateng Asante Appiah Osei Amoah Addo Agyeman Okafor Okonkwo Adeyemi Adebayo
Ogunleye Oluwole Okoro Eze Nwosu Obi Balogun Bello Musa Abubakar Ojo Afolabi Akande Lawal Salami Tesfay Ghebre Kidane
Haile Tekle Mbala Kabongo Ngoy Moyo Ncube Sibanda Ndlovu Dube Banda Phiri Chanda Okello Achieng Mutua Kamau
""")

SURNAMES_OTHER = _words("""
Ahmadi Rezaei Hosseini Karimi Mohammadi Mahmoud Salih Aziz Rashid Hamid Kareem Saeed Jabar Abdullah Ibrahim Yousef
Cheung Haddad Khalil Saleh Mansour Nasser Habib Omar Hamdan Darwish Faris Wang Li Zhang Chen Liu Yang Huang Wong Chan
Lam Yilmaz Kaya Demir Celik Sahin Santos Silva Oliveira Souza Pereira Costa Reyes Cruz Garcia Ramos Wardak Noori
Stanikzai Safi Rahimi Popal Barzani Talabani Osmani Faqiri
""")

FORENAMES_WHITE_MALE = _words("""
David James Michael Daniel Christopher Paul Mark Andrew John Matthew Thomas Robert Stephen Ryan Lee Liam Joshua Jack
Adam Luke Craig Anthony Scott Richard Ben Connor Jamie Jordan Aaron Kyle Callum Nathan Lewis Sean Peter Simon Gary
William Martin Ashley Dean Kevin Alexander Jason Kieran Bradley Carl Darren Joseph Steven Shane Wayne Samuel George
Harry Benjamin Jake Stuart Reece Dale Ross Gareth Ian Neil Nicholas Philip Alan Brandon Charlie Oliver Tyler Rhys Leon
Karl Mitchell Marc Barry Graham Billy Danny Terry Owen Dominic Elliot Curtis Jonathan Edward Patrick Brian Keith Trevor
Cameron Max Alfie Ethan Logan Mason Harrison Toby Rory Louis Corey Declan Kane Zak Ricky Shaun Stewart Glen Russell Roy
Frank Raymond Kenneth Derek Clive Nigel Adrian Howard Geoffrey Leslie Ronald Piotr Tomasz Ionut Marius Andrei Mindaugas
Pawel Krzysztof Florin Ardit Besnik Vasile Gheorghe Rhodri Dylan Ieuan Finley Jenson Riley Blake Ashton Spencer Jared
""")

FORENAMES_WHITE_FEMALE = _words("""
Sarah Laura Emma Rebecca Claire Lisa Michelle Gemma Stacey Rachel Samantha Amy Nicola Kelly Victoria Jessica Charlotte
Danielle Hannah Natalie Louise Leanne Kirsty Kerry Chloe Zoe Joanne Lauren Sophie Katie Donna Jade Karen Tracey Julie
Melissa Hayley Stephanie Natasha Jennifer Lucy Kayleigh Emily Susan Angela Helen Catherine Bethany Megan Paige Shannon
Georgia Ellie Abigail Holly Amber Olivia Jodie Tanya Vicky Sharon Debbie Jane Carly Cheryl Toni Lindsey Kimberley Naomi
Alice Molly Courtney Ashleigh Demi Leah Tara Sian Ffion Carys Eleanor Grace Heather Alison Amanda Tina Dawn Lorraine
Deborah Jacqueline Linda Wendy Maria Anna Agnieszka Elena Mihaela Ioana Katarzyna Monika Rosie Freya Imogen Poppy
Elizabeth Margaret Patricia Christine Maureen Sandra Diane Beverley Maxine Yvonne Rhiannon Keeley Kelsey Caitlin Niamh
""")

FORENAMES_ASIAN_MALE = _words("""
Mohammed Muhammad Ali Imran Hassan Adil Usman Hamza Bilal Ahmed Omar Asif Kamran Zahid Tariq Nadeem Shahid Faisal Waqas
Abdul Amir Sajid Rashid Haroon Junaid Zain Ibrahim Yusuf Khalid Naveed Arshad Wasim Kashif Irfan Aamir Saqib Umar Yasir
Farhan Adnan Ravi Raj Amit Sanjay Vijay Arjun Jaspal Gurpreet Manpreet Harpreet Sukhdev Balwinder Hardeep Amandeep
Rahul Deepak Anil Suresh Nikhil Rohan Dilip Tahir Mizan Shamim Rezaul Kamal Jamal Mahbub Tuan Minh Duc Hung Shafiq
Azhar Mudassar Rizwan Danyal Ismail Aqib Haris Taimur Sohail Javid Nasir Qasim
""")

FORENAMES_ASIAN_FEMALE = _words("""
Fatima Aisha Sana Saima Nadia Zainab Maryam Shabana Rukhsana Samina Ayesha Farzana Nasreen Shazia Sadia Amina Khadija
Hafsa Priya Anita Sunita Rekha Meena Kiran Jaspreet Simran Harjit Sukhvinder Navdeep Rupinder Pooja Neha Anjali Deepa
Salma Rahima Taslima Shahida Parveen Yasmin Noor Iqra Mariam Sumaiya Halima Linh Thuy Lan Nasima Rabia Bushra Tahira
""")

FORENAMES_BLACK_MALE = _words("""
Michael David Daniel Samuel Joshua Anthony Marcus Andre Jermaine Tyrone Dwayne Leroy Jerome Kwame Kofi Emmanuel Kelvin
Nathaniel Isaac Joseph Abdi Mohamed Ahmed Yusuf Ibrahim Abdullahi Mustafa Omar Hassan Ismail Malik Jamal Rashid Tunde
Femi Kunle Segun Chidi Emeka Obinna Ikenna Uche Dele Ayo Wale Prince Desmond Winston Clifton Errol Curtis Reuben Elijah
Jaden Kyron Tyrell Devonte Shaquille Rohan Kemar Ricardo Omari Romario Dante Terrell Levi Caleb Ezra Yonas Dawit Samson
Tendai Blessing Farai Patrice Didier Cedric Fabrice Jordan Aaron Nathan Theo Malachi Zachary
""")

FORENAMES_BLACK_FEMALE = _words("""
Sarah Grace Mary Esther Ruth Michelle Sandra Natasha Chantelle Shanice Keisha Latoya Tanisha Jasmine Abigail Blessing
Precious Faith Mercy Joy Ngozi Chioma Amaka Funmi Yetunde Bisi Folake Adaeze Ama Akosua Abena Efua Fatou Mariama Aminata
Hodan Fadumo Halima Amina Ayan Sahra Khadra Zahra Hawa Selam Bethlehem Rahel Simone Monique Nicole Danielle Rochelle
Shantel Yolanda Marcia Sonia Beverley Paulette Sharon Denise Tiana Aaliyah Kezia Naomi Rachel Deborah
""")

FORENAMES_OTHER_MALE = _words("""
Ali Mohammed Ahmad Reza Hassan Hussein Omar Amir Mehdi Karim Saman Aram Rebin Hawkar Karwan Dilshad Sherzad Abdullah
Yousef Khaled Tarek Samir Nabil Rami Fadi Bassam Wei Jian Hao Ming Chen Jun Kevin Tony Mehmet Mustafa Emre Murat Carlos
Jose Luis Miguel Marco Paulo Diego Rafael Najib Farid Hamid Zabihullah Ehsan Navid Farhad Arash
""")

FORENAMES_OTHER_FEMALE = _words("""
Maryam Fatemeh Zahra Leila Shirin Nasrin Sara Nadia Rana Hala Samira Layla Mona Dina Noor Yasmin Xin Mei Li Yan Jing Hui
Amy Jenny Ayse Fatma Elif Zeynep Maria Ana Carla Paula Camila Rosa Angelica Farida Nargis Parisa Shabnam
""")

NICKNAMES = {
    "Alexander": "Alex", "Andrew": "Andy", "Anthony": "Tony", "Benjamin": "Ben", "Bradley": "Brad", "Cameron": "Cam",
    "Catherine": "Kate", "Charlotte": "Charlie", "Christopher": "Chris", "Christine": "Chris", "Daniel": "Dan",
    "Danielle": "Dani", "David": "Dave", "Deborah": "Debbie", "Dominic": "Dom", "Edward": "Eddie", "Elizabeth": "Liz",
    "Emmanuel": "Manny", "Emily": "Em", "Frank": "Frankie", "Geoffrey": "Geoff", "George": "Georgie", "Gary": "Gaz",
    "Harrison": "Harry", "Ibrahim": "Ibby", "Jacqueline": "Jackie", "James": "Jimmy", "Jason": "Jay", "Jennifer": "Jen",
    "Jessica": "Jess", "Jonathan": "Jon", "Joseph": "Joe", "Joshua": "Josh", "Katarzyna": "Kasia", "Kenneth": "Ken",
    "Kimberley": "Kim", "Lauren": "Laurie", "Leslie": "Les", "Lewis": "Lew", "Margaret": "Maggie", "Matthew": "Matt",
    "Megan": "Meg", "Melissa": "Mel", "Michael": "Mick", "Mitchell": "Mitch", "Mohammed": "Mo", "Mohamed": "Mo",
    "Muhammad": "Mo", "Nathan": "Nate", "Nathaniel": "Nat", "Nicholas": "Nick", "Nicola": "Nikki", "Oliver": "Ollie",
    "Patricia": "Pat", "Patrick": "Paddy", "Peter": "Pete", "Philip": "Phil", "Raymond": "Ray", "Rebecca": "Becky",
    "Richard": "Rick", "Robert": "Bob", "Ronald": "Ron", "Russell": "Russ", "Samantha": "Sam", "Samuel": "Sam",
    "Shaquille": "Shaq", "Stephanie": "Steph", "Stephen": "Steve", "Steven": "Steve", "Stuart": "Stu", "Susan": "Sue",
    "Terrell": "Tel", "Thomas": "Tommy", "Timothy": "Tim", "Tomasz": "Tomek", "Victoria": "Vicky", "William": "Billy",
    "Yusuf": "Yus", "Zachary": "Zach",
}  # fmt: skip
"""What people are called, by forename."""
